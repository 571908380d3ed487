// `node watched-cluster.ts JSON`: in a namespace of the lab an API that names hosts of it, the whole program that probes
// them, and a Prometheus that scrapes it and minds the rules. Says "ready" to the process that started it and then does
// what that wishes, one wish after the other, until that process lets go of it or is gone.
import { startSandbox } from "../../src/sandbox/cluster.ts";
import { newNode } from "../../src/sandbox/node-template.ts";
import { Pingo } from "../support/pingo.ts";
import { Prometheus, type Sample } from "../support/prometheus.ts";

export interface WatchedNode {
  readonly name: string;
  /** Its place among the zones, from 0. */
  readonly zone: number;
  readonly address: string;
  readonly port: number;
}

export interface WatchedOrder {
  readonly nodes: readonly WatchedNode[];
  /** Between two handshakes with a node, two scrapes and two evaluations of the rules. */
  readonly intervalMs: number;
  /** The deadline of a handshake. */
  readonly timeoutMs: number;
  readonly ruleFile: string;
  readonly lookbackMs: number;
}

export type Wish =
  | { readonly do: "query"; readonly expression: string }
  | { readonly do: "api down" | "api up" | "read Prometheus' log" };

export type Answer = { readonly samples: Sample[] } | { readonly log: string } | { readonly problem: string } | "done";

const order: WatchedOrder = JSON.parse(process.argv[2] ?? "{}");
const sandbox = await startSandbox({ nodes: 0 });
for (const [index, { name, zone, address, port }] of order.nodes.entries()) {
  sandbox.store.create(newNode({ name, zone, index, endpoint: { address, port }, nowUnixMs: Date.now() }));
}
// PinGo's own waits for an API are of seconds, however fast the rules are: it is asked as often as PinGo lets it be.
const pace = [`--probe=${order.intervalMs}ms`, `--timeout=${order.timeoutMs}ms`, "--scan=1s"];
const pingo = new Pingo([...pace, "--engine=kernel", "--listen=127.0.0.1:0"], sandbox.environment());
let prometheus: Prometheus | undefined;
// Who started this has let go of it, or is gone.
process.once("disconnect", () => void Promise.all([pingo.stop(), prometheus?.stop(), sandbox.stop()]));
const [, target = ""] = await pingo.says(/metrics are at http:\/\/(127\.0\.0\.1:\d+)/);
prometheus = await Prometheus.start({
  scraped: [{ job: "pingo", target }],
  seconds: order.intervalMs / 1_000,
  native: false,
  ruleFiles: [order.ruleFile],
  lookbackSeconds: order.lookbackMs / 1_000,
});
process.on("message", (wish: Wish) => void fulfil(wish).then((answer) => process.send?.(answer)));
process.send?.("ready");

async function fulfil(wish: Wish): Promise<Answer> {
  switch (wish.do) {
    case "query":
      return { samples: (await prometheus?.query(wish.expression)) ?? [] };
    case "api down":
      return answerOf(await sandbox.apiDown());
    case "api up":
      return answerOf(await sandbox.apiUp());
    case "read Prometheus' log":
      return { log: prometheus?.log ?? "" };
  }
}

function answerOf(done: Awaited<ReturnType<typeof sandbox.apiUp>>): Answer {
  return done.ok ? "done" : { problem: done.problem };
}
