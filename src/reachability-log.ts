import type { Clock, Timer } from "./clock.ts";
import type { Log } from "./log.ts";
import { LogBudget } from "./log-budget.ts";
import { type Failure, isLost, type Outcome } from "./outcome.ts";
import type { Target } from "./target.ts";
import type { NodeFacts } from "./targets/node.ts";
import { count, formatMs } from "./units.ts";

const words: Record<Failure["result"], string> = {
  timeout: "gave no answer",
  refused: "refused the connection: the host is up, the port is not open",
  reset: "reset the connection",
  unreachable: "is unreachable: the network says so",
  local: "could not be tried: this machine's own trouble",
};

/** What one standstill made many targets miss is told in one line. */
const missedWindowMs = 2_000;
/** One line for each kind of trouble in this time. */
const localReminderMs = 600_000;

interface Losses {
  readonly sinceMs: number;
  count: number;
  result: Failure["result"];
}

/** Tells the log when a target stops answering, when it fails in another way, and when it answers again. */
export class ReachabilityLog {
  readonly #budget: LogBudget;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #severalClusters: boolean;
  readonly #losing = new Map<string, Losses>();
  /** When each kind of this machine's trouble may be told of again, by code. */
  readonly #localQuietUntilMs = new Map<string, number>();

  #missedRounds = 0;
  #missedTimer: Timer | undefined;

  /** `severalClusters`: each line says which one it is about. */
  constructor(log: Log, clock: Clock, severalClusters = false) {
    this.#log = log;
    this.#severalClusters = severalClusters;
    this.#budget = new LogBudget(log, clock);
    this.#clock = clock;
  }

  record(target: Target, outcome: Outcome): void {
    if (outcome.result === "ok") this.#answered(target);
    else if (isLost(outcome.result)) this.#lost(target, outcome);
    else this.#local(target, outcome);
  }

  joined(target: Target): void {
    this.#budget.write("info", `${target.node} joined: probing it`, {
      target: target.address,
      zone: target.zone,
      ...this.#of(target.cluster),
    });
  }

  /** A target is gone, whatever becomes of its node. */
  forget(target: Target): void {
    this.#losing.delete(target.key);
  }

  left(target: Target): void {
    this.forget(target);
    this.#budget.write("info", `${target.node} left: its probe ends`, {
      target: target.address,
      ...this.#of(target.cluster),
    });
  }

  /** A target is gone, and its node has others. */
  dropped(target: Target): void {
    this.forget(target);
    this.#budget.write("info", `${target.node} no longer has this target: its probe ends`, {
      target: target.address,
      ...this.#of(target.cluster),
    });
  }

  /** A node that is there and has no target (any more). */
  unprobed(cluster: string, node: string, why: string): void {
    this.#budget.write("warn", `${node} is not probed: it ${why}`, this.#of(cluster));
  }

  /** Rounds that went by because this program, or the whole machine, stood still. */
  heldUp(rounds: number): void {
    this.#missedRounds += rounds;
    this.#missedTimer ??= this.#clock.setTimer(() => this.#tellMissed(), missedWindowMs);
  }

  moved(target: Target, before: Target): void {
    this.forget(before);
    const what = target.address === before.address ? "was registered anew" : `moved from ${before.address}`;
    this.#budget.write("info", `${target.node} ${what}: probing it afresh`, {
      target: target.address,
      ...this.#of(target.cluster),
    });
  }

  readinessChanged(cluster: string, { name, ready }: NodeFacts): void {
    const state = { True: "is Ready", False: "is not Ready", Unknown: "is silent (Ready: Unknown)" }[ready.status];
    this.#budget.write("info", `${name} ${state} in the cluster's eyes`, {
      reason: ready.reason || undefined,
      ...this.#of(cluster),
    });
  }

  /** Tells what is held back, at the end. */
  flush(): void {
    this.#missedTimer?.cancel();
    this.#tellMissed();
    this.#budget.flush();
  }

  #of(cluster: string): { cluster?: string } {
    return this.#severalClusters ? { cluster } : {};
  }

  #tellMissed(): void {
    this.#missedTimer = undefined;
    if (this.#missedRounds === 0) return;
    this.#log.warn(`this program was held up: ${count(this.#missedRounds, "handshake")} could not be made in time`);
    this.#missedRounds = 0;
  }

  #lost(target: Target, { result, code, startedMs }: Failure): void {
    const losses = this.#losing.get(target.key);
    if (losses?.result === result) {
      losses.count++;
      return;
    }
    this.#losing.set(target.key, { sinceMs: losses?.sinceMs ?? startedMs, count: (losses?.count ?? 0) + 1, result });
    this.#budget.write("warn", `${target.node} ${words[result]}`, {
      target: target.address,
      zone: target.zone,
      code,
      ...this.#of(target.cluster),
    });
  }

  #answered(target: Target): void {
    const losses = this.#losing.get(target.key);
    if (losses === undefined) return;
    this.#losing.delete(target.key);
    const lasted = formatMs(this.#clock.nowMs() - losses.sinceMs);
    const facts = { target: target.address, lost: losses.count, ...this.#of(target.cluster) };
    this.#budget.write("info", `${target.node} answers again after ${lasted}`, facts);
  }

  /** Now and then one line: most such trouble is the same for every target, and other targets may answer meanwhile. */
  #local(target: Target, { code }: Failure): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs < (this.#localQuietUntilMs.get(code) ?? nowMs)) return;
    this.#localQuietUntilMs.set(code, nowMs + localReminderMs);
    const facts = { code, target: target.address };
    this.#log.warn("this machine cannot start a handshake; that counts against no target", facts);
  }
}
