import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLog } from "../../src/log.ts";
import type { Failure, Outcome } from "../../src/outcome.ts";
import { ReachabilityLog } from "../../src/reachability-log.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { makeNode } from "../support/make-node.ts";
import { makeTarget } from "../support/make-target.ts";

const one = makeTarget({ node: "node-1", zone: "zone-a" });
const two = makeTarget({ node: "node-2", zone: "zone-b", address: "192.0.2.2:10250" });

function setUp() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const log = createLog({
    format: "text",
    level: "debug",
    // Without the time in front.
    write: (line) => void lines.push(line.slice(25).trimEnd()),
    unixMs: () => clock.unixMs(),
    secrets: () => [],
  });
  const reachability = new ReachabilityLog(log, clock);
  const handshake = { probe: "tcp", path: 0 } as const;
  const ok = (): Outcome => ({ ...handshake, startedMs: clock.nowMs(), result: "ok", connectUs: 100 });
  const fail = (result: Failure["result"], code: string): Outcome => ({
    ...handshake,
    startedMs: clock.nowMs() - 500,
    result,
    code,
  });
  /** The lines since the last call. */
  const news = () => lines.splice(0);
  return { clock, reachability, ok, fail, news };
}

describe("a target that stops answering", () => {
  test("is told of once, and again when it answers, with how long and how many", async () => {
    const { clock, reachability, ok, fail, news } = setUp();
    reachability.record(one, ok());
    assert.deepEqual(news(), []);
    for (let round = 0; round < 3; round++) {
      reachability.record(one, fail("timeout", "DEADLINE"));
      await clock.advance(15_000);
    }
    assert.deepEqual(news(), ["WARN  node-1 gave no answer target=192.0.2.1:10250 zone=zone-a code=DEADLINE"]);
    reachability.record(one, ok());
    // From the start of the first lost handshake.
    assert.deepEqual(news(), ["INFO  node-1 answers again after 46 s target=192.0.2.1:10250 lost=3"]);
    reachability.record(one, ok());
    assert.deepEqual(news(), []);
  });

  test("is told of again when it fails in another way; the loss goes on from its beginning", async () => {
    const { clock, reachability, ok, fail, news } = setUp();
    reachability.record(one, fail("timeout", "DEADLINE"));
    await clock.advance(500);
    reachability.record(one, fail("refused", "ECONNREFUSED"));
    reachability.record(one, fail("refused", "ECONNREFUSED"));
    reachability.record(one, fail("unreachable", "EHOSTUNREACH"));
    reachability.record(one, fail("reset", "ECONNRESET"));
    const facts = "target=192.0.2.1:10250 zone=zone-a";
    assert.deepEqual(news(), [
      `WARN  node-1 gave no answer ${facts} code=DEADLINE`,
      `WARN  node-1 refused the connection: the host is up, the port is not open ${facts} code=ECONNREFUSED`,
      `WARN  node-1 is unreachable: the network says so ${facts} code=EHOSTUNREACH`,
      `WARN  node-1 reset the connection ${facts} code=ECONNRESET`,
    ]);
    reachability.record(one, ok());
    assert.match(news().join(), /answers again after 1 s .*lost=5/);
  });

  test("says nothing of another target", () => {
    const { reachability, ok, fail, news } = setUp();
    reachability.record(one, fail("timeout", "DEADLINE"));
    news();
    reachability.record(two, ok());
    assert.deepEqual(news(), []);
    reachability.record(two, fail("timeout", "DEADLINE"));
    assert.match(news().join(), /node-2 gave no answer/);
  });

  test("that leaves takes its loss with it", () => {
    const { reachability, ok, fail, news } = setUp();
    reachability.record(one, fail("timeout", "DEADLINE"));
    news();
    reachability.left(one);
    reachability.joined(one);
    assert.deepEqual(news(), [
      "INFO  node-1 left: its probe ends target=192.0.2.1:10250",
      "INFO  node-1 joined: probing it target=192.0.2.1:10250 zone=zone-a",
    ]);
    reachability.record(one, ok());
    assert.deepEqual(news(), []);
  });
});

describe("a node that changes", () => {
  test("its address: the loss of the old one is forgotten", () => {
    const { reachability, ok, fail, news } = setUp();
    const moved = makeTarget({ node: "node-1", address: "192.0.2.9:10250" });
    reachability.record(one, fail("timeout", "DEADLINE"));
    news();
    reachability.moved(moved, one);
    assert.deepEqual(news(), ["INFO  node-1 moved from 192.0.2.1:10250: probing it afresh target=192.0.2.9:10250"]);
    reachability.record(moved, ok());
    reachability.record(one, ok());
    assert.deepEqual(news(), []);
  });

  test("nothing but its identity", () => {
    const { reachability, news } = setUp();
    reachability.moved({ ...one, key: "other" }, one);
    assert.deepEqual(news(), ["INFO  node-1 was registered anew: probing it afresh target=192.0.2.1:10250"]);
  });

  test("which of its targets it has: the loss of one that it has no longer is forgotten", () => {
    const { reachability, ok, fail, news } = setUp();
    reachability.record(one, fail("timeout", "DEADLINE"));
    news();
    reachability.dropped(one);
    assert.deepEqual(news(), ["INFO  node-1 no longer has this target: its probe ends target=192.0.2.1:10250"]);
    reachability.record(one, ok());
    assert.deepEqual(news(), []);
  });

  test("its readiness", () => {
    const { reachability, news } = setUp();
    const ready = (status: "True" | "False" | "Unknown", reason: string) =>
      reachability.readinessChanged("c", makeNode({ name: "node-1", ready: { status, reason, since: "" } }));
    ready("Unknown", "NodeStatusUnknown");
    ready("False", "KubeletNotReady");
    ready("True", "");
    assert.deepEqual(news(), [
      "INFO  node-1 is silent (Ready: Unknown) in the cluster's eyes reason=NodeStatusUnknown",
      "INFO  node-1 is not Ready in the cluster's eyes reason=KubeletNotReady",
      "INFO  node-1 is Ready in the cluster's eyes",
    ]);
  });
});

describe("trouble of this machine", () => {
  const line = (code: string, target: string) =>
    `WARN  this machine cannot start a handshake; that counts against no target code=${code} target=${target}`;

  test("is one line for each kind, however many targets, and however many others answer", async () => {
    const { clock, reachability, ok, fail, news } = setUp();
    for (let round = 0; round < 100; round++) {
      reachability.record(one, fail("local", "ENETUNREACH"));
      reachability.record(two, fail("local", "EMFILE"));
      reachability.record(two, ok());
      await clock.advance(1_000);
    }
    assert.deepEqual(news(), [line("ENETUNREACH", "192.0.2.1:10250"), line("EMFILE", "192.0.2.2:10250")]);
  });

  test("that lasts is recalled every ten minutes", async () => {
    const { clock, reachability, fail, news } = setUp();
    for (let minute = 0; minute <= 20; minute++) {
      reachability.record(one, fail("local", "ENETUNREACH"));
      await clock.advance(60_000);
    }
    assert.equal(news().length, 3);
  });

  test("neither begins nor ends a loss", () => {
    const { reachability, ok, fail, news } = setUp();
    reachability.record(one, fail("local", "EMFILE"));
    reachability.record(one, ok());
    assert.equal(news().length, 1, "nothing to recover from");
    reachability.record(one, fail("timeout", "DEADLINE"));
    reachability.record(one, fail("local", "EMFILE"));
    reachability.record(one, fail("timeout", "DEADLINE"));
    reachability.record(one, ok());
    const lines = news();
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? "", /lost=2$/);
  });
});

test("a thousand nodes that go dark together are a few lines and a number", () => {
  const { reachability, fail, news } = setUp();
  for (let index = 0; index < 1_000; index++) {
    reachability.record(makeTarget({ node: `n${index}` }), fail("timeout", "DEADLINE"));
  }
  assert.equal(news().length, 20);
  reachability.flush();
  assert.deepEqual(news(), ["INFO  and 980 more changes like these"]);
});
