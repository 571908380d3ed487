// `node shake.ts JSON`: makes handshakes with the kernel engine and prints what they ended with, in sums. Runs inside
// a namespace of the lab.

import { systemClock } from "../../src/clock.ts";
import { anySource, type SourceConfig } from "../../src/handshake/engine-config.ts";
import { KernelEngine } from "../../src/handshake/linux/kernel-engine.ts";
import { silentLog } from "../../src/log.ts";
import type { Outcome, Result } from "../../src/outcome.ts";
import { makeTarget } from "../support/make-target.ts";

export interface ShakeOrder {
  readonly host: string;
  readonly ports: readonly number[];
  readonly count: number;
  readonly atOnce: number;
  readonly timeoutMs: number;
  readonly handshake: "full" | "half";
  readonly source?: Partial<SourceConfig>;
  /** Lets the engine's own schedule make them: `count` in all, from 100 targets, 200 ms apart each. */
  readonly scheduled?: boolean;
  /** Blocks this thread so many milliseconds out of twice as many, as a busy main thread would. */
  readonly blockMs?: number;
}

/** Of one port. */
export interface ShakeSum {
  readonly results: Partial<Record<Result, number>>;
  /** Of handshakes that this machine refused before a packet was sent. */
  readonly localCodes: readonly string[];
  readonly synSent: number;
  /** SYNs that were sent again, or had no answer at the deadline. */
  readonly synLost: number;
  /** In the order of their starts, of those without a retransmission; microseconds. */
  readonly rttsUs: readonly number[];
}

const order: ShakeOrder = JSON.parse(process.argv[2] ?? "{}");
const scheduled: Outcome[] = [];
let heard = () => {};
const engine = await KernelEngine.create({
  style: { handshake: order.handshake, close: "fin", source: { ...anySource, ...order.source } },
  log: silentLog,
  restarted: () => {},
  probing: {
    intervalMs: 200,
    timeoutMs: order.timeoutMs,
    maxInFlight: 10_000,
    listener: {
      started: () => {},
      ended: (_target, outcome) => {
        scheduled.push(outcome);
        heard();
      },
      skipped: (target, reason) => process.stderr.write(`skipped ${target.node}: ${reason}\n`),
    },
  },
});
if (order.blockMs !== undefined) block(order.blockMs);
const sums = order.scheduled ? [await shakeScheduled()] : await Promise.all(order.ports.map((port) => shakePort(port)));
await engine.stop();
// Not before it is written: many round trips are more than a pipe holds at once.
process.stdout.write(`${JSON.stringify(sums)}\n`, () => process.exit());

async function shakePort(port: number): Promise<ShakeSum> {
  const outcomes: Outcome[] = [];
  let left = order.count;
  const next = async (): Promise<void> => {
    while (left-- > 0) {
      outcomes.push(
        await new Promise<Outcome>((done) =>
          engine.start({ host: order.host, port, timeoutMs: order.timeoutMs }, done),
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, next));
  return sum(outcomes);
}

async function shakeScheduled(): Promise<ShakeSum> {
  const { host, ports, count } = order;
  const port = ports[0] ?? 0;
  const targets = Array.from({ length: 100 }, (_, index) => makeTarget({ node: `t${index}`, host, port }));
  const enough = new Promise<void>((resolve) => {
    heard = () => scheduled.length >= count && resolve();
  });
  for (const target of targets) engine.add(target);
  await enough;
  for (const target of targets) engine.remove(target.key);
  return sum(scheduled.toSorted((a, b) => a.startedMs - b.startedMs).slice(0, count));
}

function sum(outcomes: readonly Outcome[]): ShakeSum {
  const results: Partial<Record<Result, number>> = {};
  let synSent = 0;
  let synLost = 0;
  for (const outcome of outcomes) {
    results[outcome.result] = (results[outcome.result] ?? 0) + 1;
    synSent += outcome.synSent ?? Number.NaN;
    synLost += (outcome.synSent ?? Number.NaN) - (outcome.result === "ok" ? 1 : 0);
  }
  const rttsUs = outcomes.flatMap((outcome) => (outcome.result === "ok" ? (outcome.rttUs ?? []) : []));
  const localCodes = outcomes.flatMap((outcome) => (outcome.result === "local" ? [outcome.code] : []));
  return { results, localCodes, synSent, synLost, rttsUs };
}

function block(ms: number): void {
  setInterval(() => {
    const untilMs = systemClock.nowMs() + ms;
    while (systemClock.nowMs() < untilMs);
  }, 2 * ms);
}
