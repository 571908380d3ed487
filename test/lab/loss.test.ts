import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { tell } from "../support/figures.ts";
import { skipWithout } from "../support/need.ts";
import { Lab } from "./lab.ts";
import { Listening } from "./listening.ts";
import type { ShakeOrder, ShakeSum } from "./shake.ts";

const shake = new URL("./shake.ts", import.meta.url);

/** Percent of packets dropped, each on a port of its own so that all run at once. */
const rates = [1, 5, 20, 60] as const;
const portOf = (rate: number) => 10_000 + rate;
const handshakes = 2_000;
/** Four SYNs fit: at 0, 1, 2 and 3 s (net.ipv4.tcp_syn_linear_timeouts), 3.5 s lies between two of them. */
const timeoutMs = 3_500;

const isSyn = "tcp flags & (syn | ack) == syn";
const isSynAck = "tcp flags & (syn | ack) == (syn | ack)";

describe("loss, as PinGo counts it and as nftables does", { skip: skipWithout("root", "ip", "nft") }, () => {
  let lab: Lab;
  let listening: Listening;

  before(async () => {
    lab = Lab.create();
    listening = await Listening.start(lab.far, rates.map(portOf));
  });
  after(async () => {
    await listening.stop();
    lab.end();
  });

  for (const handshake of ["full", "half"] as const) {
    for (const family of [4, 6] as const) {
      test(`${handshake}, IPv${family}: SYNs that were lost are the SYNs that were dropped, at ${rates.join(", ")} %`, async (t) => {
        lab.near.rules("");
        lab.far.rules(dropRules("input", isSyn, (rate) => `tcp dport ${portOf(rate)}`));
        const sums = await run(lab, handshake, family);
        for (const [index, rate] of rates.entries()) {
          const { results, localCodes, synLost } = sums[index] as ShakeSum;
          const dropped = lab.far.counter(`dropped${rate}`);
          tell(t, {
            drop_percent: rate,
            syns_lost_pingo: synLost,
            syns_dropped_nft: dropped,
            ...results,
            ...told(localCodes),
          });
          assert.equal(synLost, dropped, `at ${rate} %: ${JSON.stringify(results)}`);
          assert.ok(dropped > 0);
          allEnded(results, localCodes);
        }
      });

      test(`${handshake}, IPv${family}: SYNs sent are the SYNs that left, while SYN-ACKs are dropped`, async (t) => {
        lab.near.rules(countRules());
        lab.far.rules(dropRules("output", isSynAck, (rate) => `tcp sport ${portOf(rate)}`));
        const sums = await run(lab, handshake, family);
        for (const [index, rate] of rates.entries()) {
          const { results, localCodes, synSent } = sums[index] as ShakeSum;
          const left = lab.near.counter(`sent${rate}`);
          tell(t, {
            drop_percent: rate,
            syns_sent_pingo: synSent,
            syns_left_nft: left,
            ...results,
            ...told(localCodes),
          });
          assert.ok(lab.far.counter(`dropped${rate}`) > 0);
          assert.equal(synSent, left, `at ${rate} %: ${JSON.stringify(results)}`);
          allEnded(results, localCodes);
        }
      });
    }
  }
});

/**
 * Each handshake in one result. Once, in a hundred thousand on a loaded machine, connect(2) itself refused one: no
 * packet was sent, nothing of the loss is bent, and it is told which errno it was.
 */
function allEnded(results: ShakeSum["results"], localCodes: readonly string[]): void {
  assert.ok(localCodes.length <= 2, localCodes.join());
  assert.equal((results.ok ?? 0) + (results.timeout ?? 0) + localCodes.length, handshakes, JSON.stringify(results));
}

async function run(lab: Lab, handshake: "full" | "half", family: 4 | 6): Promise<ShakeSum[]> {
  const host = family === 4 ? lab.far.ip4 : lab.far.ip6;
  const order: ShakeOrder = { host, ports: rates.map(portOf), count: handshakes, atOnce: 1_000, timeoutMs, handshake };
  return (await lab.near.runScript(shake, order)) as ShakeSum[];
}

/** Drops so many percent of the packets that fit, and counts what it drops. */
function dropRules(hook: "input" | "output", what: string, which: (rate: number) => string): string {
  const counters = rates.map((rate) => `counter dropped${rate} {}`).join("\n");
  const rules = rates
    .map((rate) => `${which(rate)} ${what} numgen random mod 100 < ${rate} counter name dropped${rate} drop`)
    .join("\n");
  return `table inet lab {\n${counters}\nchain c {\ntype filter hook ${hook} priority 0\n${rules}\n}\n}`;
}

/** Counts the SYNs that leave. */
function countRules(): string {
  const counters = rates.map((rate) => `counter sent${rate} {}`).join("\n");
  const rules = rates.map((rate) => `tcp dport ${portOf(rate)} ${isSyn} counter name sent${rate}`).join("\n");
  return `table inet lab {\n${counters}\nchain c {\ntype filter hook output priority 0\n${rules}\n}\n}`;
}

function told(localCodes: readonly string[]): { local_codes?: string } {
  return localCodes.length === 0 ? {} : { local_codes: localCodes.join() };
}
