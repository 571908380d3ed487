import type { Clock } from "../src/clock.ts";
import type { HistoryKeeper } from "../src/history/keeper/history-keeper.ts";
import { Recorder } from "../src/history/recording/recorder.ts";
import type { Outcome } from "../src/outcome.ts";
import type { Target } from "../src/target.ts";

const probeMs = 15_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Nodes and a network that behave as such do: a base and noise a node, spikes, lost SYNs, nodes and zones that fail. */
export class HistoryFleet {
  readonly targets: readonly Target[];
  readonly #baseUs: Float64Array;
  /** Until when each node is down. */
  readonly #downUntilMs: Float64Array;
  #state = 0x2545f491;

  constructor(count: number) {
    this.targets = Array.from({ length: count }, (_, index) => makeTarget(index));
    this.#baseUs = Float64Array.from({ length: count }, () => 150 * Math.exp(1.2 * this.#uniform()));
    this.#downUntilMs = new Float64Array(count);
  }

  /** What a handshake to it gives now. */
  outcome(index: number, nowMs: number): Outcome {
    const common = { probe: "tcp", path: 0, startedMs: 0 } as const;
    const downUntilMs = this.#downUntilMs[index] as number;
    if (nowMs < downUntilMs) return { ...common, result: "timeout", code: "DEADLINE", synSent: 4 };
    const dice = this.#uniform();
    // Once in ten days, for some ten minutes.
    if (dice < probeMs / (10 * dayMs)) this.#downUntilMs[index] = nowMs + 20 * minuteMs * this.#uniform();
    if (dice > 1 - this.#lossShare(index, nowMs)) {
      return { ...common, result: "ok", connectUs: 1_000_000 + this.#rttUs(index), synSent: 2 };
    }
    const rttUs = this.#rttUs(index);
    return { ...common, result: "ok", rttUs, connectUs: rttUs + 20, synSent: 1 };
  }

  /** A SYN in two thousand; in one zone of eight one in fifty, for an hour a day. */
  #lossShare(index: number, nowMs: number): number {
    const isBadHour = Math.floor(nowMs / 3_600_000) % 24 === 9 && index % 8 === 3;
    return isBadHour ? 0.02 : 0.0005;
  }

  #rttUs(index: number): number {
    const noise = 1 + 0.12 * (this.#uniform() + this.#uniform() + this.#uniform() - 1.5);
    const spike = this.#uniform() < 0.01 ? 3 : 1;
    return Math.round((this.#baseUs[index] as number) * noise * spike);
  }

  /** Marsaglia's xorshift. */
  #uniform(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }
}

/** What feeding a keeper took. */
export interface Feeding {
  readonly handshakes: number;
  readonly wallMs: number;
  /** CPU time of ending and writing a minute, of each. */
  readonly minuteCpuMs: readonly number[];
  /** Of each bite of other work: a question waits for no more than one. */
  readonly biteCpuMs: readonly number[];
}

/** Lets time go by for the fleet, as fast as it goes, through the recorder and the keeper as they are. */
export function feed(keeper: HistoryKeeper, fleet: HistoryFleet, fromMs: number, minutes: number): Feeding {
  let nowMs = fromMs;
  const clock: Clock = { nowMs: () => nowMs, unixMs: () => nowMs, setTimer: () => ({ cancel() {} }) };
  const recorder: Recorder = new Recorder({
    clock,
    post: (orders) => {
      keeper.take(orders, nowMs);
      recorder.taken();
      return true;
    },
  });
  const flush = () => {
    do recorder.flush();
    while (recorder.waiting > 0);
  };
  for (const target of fleet.targets) recorder.added(target, undefined);
  flush();
  const [minuteCpuMs, biteCpuMs]: [number[], number[]] = [[], []];
  const startMs = performance.now();
  for (let minute = 0; minute < minutes; minute++) {
    for (let round = 0; round < minuteMs / probeMs; round++, nowMs += probeMs) probeAll(fleet, recorder, nowMs);
    // A moment before it is over.
    nowMs--;
    flush();
    nowMs++;
    const before = process.cpuUsage();
    keeper.tick(nowMs);
    minuteCpuMs.push(cpuMsSince(before));
    workAll(keeper, biteCpuMs);
  }
  const handshakes = minutes * (minuteMs / probeMs) * fleet.targets.length;
  return { handshakes, wallMs: performance.now() - startMs, minuteCpuMs, biteCpuMs };
}

function probeAll(fleet: HistoryFleet, recorder: Recorder, nowMs: number): void {
  for (const [index, target] of fleet.targets.entries()) recorder.ended(target, fleet.outcome(index, nowMs), true);
}

function workAll(keeper: HistoryKeeper, biteCpuMs: number[]): void {
  for (;;) {
    const before = process.cpuUsage();
    const isMore = keeper.work();
    if (!isMore) return;
    biteCpuMs.push(cpuMsSince(before));
  }
}

function makeTarget(index: number): Target {
  const node = `ip-10-${index >> 16}-${(index >> 8) & 255}-${index & 255}.eu-central-1.compute.internal`;
  const host = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  const zone = `eu-central-1${"abcdefgh"[index % 8]}`;
  // The same each time: who opens the history again goes on with its targets.
  const uid = `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
  return {
    key: `production/${uid}/${host}:10250`,
    cluster: "production",
    node,
    name: node,
    host,
    port: 10_250,
    portName: "kubelet",
    address: `${host}:10250`,
    addressType: "InternalIP",
    zone,
    region: "eu-central-1",
    instanceType: "m7g.2xlarge",
    os: "linux",
  };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
