import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/cluster.ts";
import type { Fault } from "../../src/sandbox/faults.ts";
import { internalAddress } from "../../src/sandbox/node-object.ts";
import { Following } from "../support/following.ts";

const html: Fault = { kind: "body", status: 200, contentType: "text/html", body: "<html>Sign in</html>" };
const noItems: Fault = {
  kind: "body",
  status: 200,
  contentType: "application/json",
  body: '{"kind":"NodeList","metadata":{"resourceVersion":"9999999"},"items":[]}',
};

describe("following the sandbox", () => {
  let sandbox: Sandbox;
  let following: Following;

  afterEach(async () => {
    await following.end();
    await sandbox.stop();
  });

  async function follow(options: SandboxOptions, token: "readerToken" | "listerToken" = "readerToken"): Promise<void> {
    sandbox = await startSandbox({ nodes: 30, ...options });
    const access = { url: new URL(sandbox.apiUrl), caPem: sandbox.caPem, token: sandbox[token] };
    following = new Following({ access, scanMs: 500 });
  }

  /** Names and addresses as the API has them, and as they are known. */
  const there = () => sandbox.store.list().map((node) => `${node.metadata.name} ${internalAddress(node)}`);
  const known = () =>
    [...following.sink.nodes.values()]
      .map(({ name, addresses }) => `${name} ${addresses.find(({ type }) => type === "InternalIP")?.address}`)
      .sort();
  const inStep = (limitMs = 5_000) =>
    following.until("the nodes are as the API has them", () => known().join() === there().sort().join(), limitMs);

  async function change(): Promise<void> {
    const [first = "", second = ""] = sandbox.nodeNames();
    await sandbox.leave(first);
    await sandbox.changeAddress(second);
    await sandbox.join();
  }

  for (const streamingLists of ["served", "storage cannot", "switched off"] as const) {
    test(`lists as streams: ${streamingLists}`, async () => {
      await follow({ streamingLists, nodeBytes: 20_000 });
      await inStep();
      await change();
      await inStep();
      assert.deepEqual(following.problems, []);
      const lists = following.requests.filter((request) => request === "list 200").length;
      assert.ok(streamingLists === "served" || lists > 0);
    });
  }

  test("where it may not watch, every scan brings what has changed", async () => {
    await follow({}, "listerToken");
    await inStep();
    await change();
    await inStep();
    assert.deepEqual(new Set(following.problems), new Set(["forbidden"]));
  });

  for (const [what, fault] of [
    ["500", { kind: "status", status: 500 }],
    ["503 and a second's patience", { kind: "status", status: 503, retryAfter: "1" }],
    ["429 until a date", { kind: "status", status: 429, retryAfter: new Date(Date.now() + 1_000).toUTCString() }],
    ["410 to everything", { kind: "status", status: 410 }],
    ["403 to everything", { kind: "status", status: 403 }],
    ["half an answer", { kind: "cut" }],
    ["HTML", html],
    ["a list without items", noItems],
  ] as const satisfies readonly (readonly [string, Fault])[]) {
    for (const streamingLists of fault.kind === "cut"
      ? (["served", "storage cannot"] as const)
      : (["served"] as const)) {
      test(`after ${what}, in step within 5 s, and nobody was lost (lists as streams: ${streamingLists})`, async () => {
        await follow({ streamingLists });
        await inStep();
        const { length } = there();
        sandbox.api.setFault(fault);
        sandbox.store.forgetEvents();
        await change();
        await new Promise((resolve) => setTimeout(resolve, 700));
        assert.deepEqual([following.sink.size, following.sink.removed], [length, []]);
        sandbox.api.setFault(undefined);
        await inStep();
        assert.equal(following.sink.removed.length, 1);
      });
    }
  }

  test("an API that restarts, again and again", async () => {
    await follow({});
    await inStep();
    for (let round = 0; round < 3; round++) {
      await sandbox.apiDown();
      await change();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await sandbox.apiUp();
      await inStep();
    }
    assert.equal(following.sink.removed.length, 3);
  });
});
