import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/cluster.ts";
import { nodeName } from "../../src/sandbox/node-names.ts";
import { conditionOf, internalAddress } from "../../src/sandbox/node-object.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { ask, type Loose } from "./client.ts";
import { handshake } from "./handshake.ts";

type Started = { sandbox: Sandbox; clock: FakeClock; lines: string[] };

async function start(context: TestContext, options: SandboxOptions = {}): Promise<Started> {
  const clock = new FakeClock();
  const lines: string[] = [];
  const sandbox = await startSandbox({ nodes: 6, clock, announce: (line) => lines.push(line), ...options });
  context.after(() => sandbox.stop());
  return { sandbox, clock, lines };
}

const ready = (sandbox: Sandbox, name: string) => {
  const node = sandbox.store.get(name);
  return node && conditionOf(node, "Ready")?.status;
};

const endpointOf = (sandbox: Sandbox, name: string) => {
  const endpoint = sandbox.kubelets.get(name)?.endpoint;
  assert.ok(endpoint, `${name} has no kubelet`);
  return endpoint;
};

function write(sandbox: Sandbox, method: string, path: string, body: object, contentType = "application/json") {
  return ask(sandbox, `/api/v1/nodes${path}`, { token: sandbox.adminToken, method, body, contentType });
}

describe("a sandbox", () => {
  test("has nodes spread over zones, each with its kubelet where the API says", async (context) => {
    const { sandbox } = await start(context);
    assert.deepEqual(sandbox.nodeNames(), ["a-ash", "a-birch", "b-ash", "b-birch", "c-ash", "c-birch"]);
    for (const node of sandbox.store.list()) {
      const { address } = endpointOf(sandbox, node.metadata.name);
      assert.equal(internalAddress(node), address);
      assert.equal(await handshake(endpointOf(sandbox, node.metadata.name)), "ok");
    }
    const zones = sandbox.store.list().map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"]);
    assert.deepEqual([...new Set(zones)], ["lo-west-1a", "lo-west-1b", "lo-west-1c"]);
  });

  test("gives what PinGo needs as an environment, and three tokens of different rights", async (context) => {
    const { sandbox } = await start(context);
    const { PINGO_API = "", PINGO_TOKEN = "", PINGO_CA = "" } = sandbox.environment();
    const target = { apiUrl: PINGO_API, caPem: Buffer.from(PINGO_CA, "base64").toString() };
    const listed = await ask(target, "/api/v1/nodes", { token: PINGO_TOKEN });
    assert.equal(JSON.parse(listed.text).items.length, 6);
    const status = async (path: string, token: string) => (await ask(target, path, { token })).status;
    assert.equal(await status("/api/v1/nodes", sandbox.listerToken), 200);
    assert.equal(await status("/api/v1/nodes?watch=1", sandbox.listerToken), 403);
    assert.equal((await ask(target, "/api/v1/nodes/a-ash", { token: PINGO_TOKEN, method: "DELETE" })).status, 403);
    assert.equal((await write(sandbox, "DELETE", "/a-ash", {})).status, 200);
  });

  test("a kubelet that stops: refused at once, NotReady after the grace period, Ready when it returns", async (context) => {
    const { sandbox, clock, lines } = await start(context, { notReadyAfterMs: 5_000 });
    assert.deepEqual(await sandbox.stopKubelet("b-birch"), { ok: true });
    assert.equal(await handshake(endpointOf(sandbox, "b-birch")), "refused");
    await clock.advance(4_999);
    assert.equal(ready(sandbox, "b-birch"), "True");
    await clock.advance(1);
    assert.equal(ready(sandbox, "b-birch"), "Unknown");
    const node = sandbox.store.get("b-birch");
    assert.deepEqual(
      node?.spec.taints?.map(({ key, effect }) => `${key}:${effect}`),
      ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"],
    );
    await sandbox.returnNode("b-birch");
    assert.equal(ready(sandbox, "b-birch"), "True");
    assert.equal(sandbox.store.get("b-birch")?.spec.taints, undefined);
    assert.deepEqual(lines, [
      "kubelet of b-birch stops: its port now refuses connections",
      "b-birch was silent for 5 s: the cluster now calls it NotReady",
      "b-birch is back: its kubelet listens and reports Ready",
    ]);
  });

  test("a node that is back in time stays Ready", async (context) => {
    const { sandbox, clock } = await start(context);
    await sandbox.stopKubelet("a-ash");
    await clock.advance(39_000);
    await sandbox.returnNode("a-ash");
    await clock.advance(60_000);
    assert.equal(ready(sandbox, "a-ash"), "True");
    assert.equal(clock.pendingTimers, 0);
  });

  test("nodes join, leave and move, each with its kubelet", async (context) => {
    const { sandbox, lines } = await start(context);
    const joined = await sandbox.join();
    assert.equal(joined.name, "a-cedar");
    assert.equal(await handshake(endpointOf(sandbox, "a-cedar")), "ok");
    const before = endpointOf(sandbox, "a-ash");
    await sandbox.changeAddress("a-ash");
    const moved = sandbox.store.get("a-ash");
    assert.equal(moved && internalAddress(moved), endpointOf(sandbox, "a-ash").address);
    assert.notDeepEqual(endpointOf(sandbox, "a-ash"), before);
    await eventually("the old address refuses", async () => (await handshake(before)) === "refused");
    const left = endpointOf(sandbox, "c-birch");
    await sandbox.leave("c-birch");
    assert.equal(sandbox.store.get("c-birch"), undefined);
    await eventually("its kubelet ends", async () => (await handshake(left)) === "refused");
    assert.equal(lines.length, 3);
  });

  test("verbs explain what they cannot do", async (context) => {
    const { sandbox } = await start(context);
    for (const verb of ["stopKubelet", "goDark", "returnNode", "leave", "changeAddress"] as const) {
      const result = await sandbox[verb]("nobody");
      assert.match(result.ok ? "" : result.problem, /there is no node "nobody"/);
    }
  });

  test("the API fails for a while and goes away, on the verbs' word", async (context) => {
    const { sandbox, clock } = await start(context);
    const list = () => ask(sandbox, "/api/v1/nodes", { token: sandbox.readerToken });
    await sandbox.apiErrors(2_000);
    assert.equal((await list()).status, 500);
    await clock.advance(2_000);
    assert.equal((await list()).status, 200);
    await sandbox.apiDown();
    await assert.rejects(list(), { code: "ECONNREFUSED" });
    await sandbox.apiUp();
    assert.equal((await list()).status, 200);
  });

  test("heartbeats come from kubelets that listen, and only when asked for", async (context) => {
    const { sandbox, clock } = await start(context, { heartbeatMs: 10_000 });
    const beat = (name: string) => sandbox.store.get(name)?.status.conditions?.[0]?.lastHeartbeatTime;
    const before = beat("a-ash");
    await sandbox.stopKubelet("b-ash");
    await clock.advance(10_000);
    assert.notEqual(beat("a-ash"), before);
    assert.equal(beat("b-ash"), before);
  });
});

describe("nodes that come through the API", () => {
  const node = (name: string, address: string, port = 10250) => ({
    metadata: { name },
    status: { addresses: [{ type: "InternalIP", address }], daemonEndpoints: { kubeletEndpoint: { Port: port } } },
  });
  const free = (sandbox: Sandbox, last: number) =>
    endpointOf(sandbox, "a-ash").address.replace(/\.\d+\.\d+$/, `.200.${last}`);

  test("get a kubelet, move it with their address and take it with them", async (context) => {
    const { sandbox } = await start(context);
    const first = { address: free(sandbox, 1), port: 10250 };
    const second = { address: free(sandbox, 2), port: 10250 };
    await write(sandbox, "POST", "", node("made", first.address));
    await eventually("its kubelet listens", async () => (await handshake(first)) === "ok");
    const patch = { status: { addresses: [{ type: "InternalIP", address: second.address }] } };
    await write(sandbox, "PATCH", "/made/status", patch, "application/merge-patch+json");
    await eventually("it listens there", async () => (await handshake(second)) === "ok");
    await eventually("and not here", async () => (await handshake(first)) === "refused");
    await write(sandbox, "DELETE", "/made", {});
    await eventually("it is gone", async () => (await handshake(second)) === "refused");
  });

  test("that are deleted and made again at once keep a kubelet", async (context) => {
    const { sandbox } = await start(context);
    const endpoint = endpointOf(sandbox, "a-ash");
    await sandbox.goDark("a-ash");
    await write(sandbox, "DELETE", "/a-ash", {});
    await write(sandbox, "POST", "", node("a-ash", endpoint.address));
    await eventually("it listens", () => sandbox.kubelets.state("a-ash") === "listening");
    assert.equal(await handshake(endpoint), "ok");
  });

  test("are told of when no kubelet can be had for them", async (context) => {
    const { sandbox, lines } = await start(context);
    await write(sandbox, "POST", "", node("twin", endpointOf(sandbox, "a-ash").address));
    await eventually("it is announced", () => lines.length === 1);
    assert.match(lines[0] ?? "", /^twin has no kubelet: cannot listen on 127\..*:10250: EADDRINUSE$/);
  });

  test("at addresses elsewhere are none of the sandbox's business", async (context) => {
    const { sandbox, lines } = await start(context);
    await write(sandbox, "POST", "", node("far", "192.0.2.200"));
    await write(sandbox, "POST", "", node("virtual", free(sandbox, 9), 0));
    assert.deepEqual([sandbox.kubelets.get("far"), sandbox.kubelets.get("virtual"), lines], [undefined, undefined, []]);
    const result = await sandbox.goDark("far");
    assert.match(result.ok ? "" : result.problem, /far has no kubelet here/);
  });
});

test("500 nodes are there in under two seconds, and names are unique at 5,000", async (context) => {
  const startMs = performance.now();
  const { sandbox } = await start(context, { nodes: 500 });
  const tookMs = performance.now() - startMs;
  assert.equal(sandbox.store.list().length, 500);
  assert.ok(tookMs < 2_000, `it took ${tookMs} ms`);
  const names = Array.from({ length: 5_000 }, (_, index) => nodeName(index % 3, Math.floor(index / 3)));
  assert.equal(new Set(names).size, 5_000);
});

test("a port that is taken is told, and leaves nothing behind", async (context) => {
  const { sandbox } = await start(context, { nodes: 1 });
  const apiPort = Number(new URL(sandbox.apiUrl).port);
  await assert.rejects(startSandbox({ nodes: 1, apiPort }), (error: Loose) => error.code === "EADDRINUSE");
});

test("after stop() nothing can be started again", async (context) => {
  const { sandbox, clock, lines } = await start(context);
  const joining = sandbox.join();
  await sandbox.stop();
  const results = [
    await joining,
    await sandbox.join(),
    await sandbox.goDark("a-ash"),
    await sandbox.changeAddress("a-ash"),
    await sandbox.apiErrors(1_000),
    await sandbox.apiUp(),
  ];
  for (const result of results) assert.match(result.ok ? "" : result.problem, /the sandbox has stopped/);
  assert.deepEqual([sandbox.kubelets.size, sandbox.api.listening, clock.pendingTimers, lines], [0, false, 0, []]);
});

test("after stop() the process ends by itself", async () => {
  const module = new URL("../../src/sandbox/cluster.ts", import.meta.url);
  const program = `
    const { startSandbox } = await import(${JSON.stringify(module.href)});
    const sandbox = await startSandbox({ nodes: 4, heartbeatMs: 60_000 });
    await sandbox.goDark("a-ash");
    await sandbox.stopKubelet("b-ash");
    await sandbox.apiErrors(60_000);
    const dark = sandbox.goDark("c-ash");
    await Promise.all([sandbox.stop(), sandbox.stop(), dark]);
    const left = () => process.getActiveResourcesInfo().filter((kind) => kind !== "PipeWrap");
    // libuv takes closed handles off its list some turns later.
    for (let turn = 0; turn < 1000 && left().length > 0; turn++) await new Promise(setImmediate);
    process.stdout.write(JSON.stringify(left()));
  `;
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    timeout: 20_000,
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  // Killed by the timeout, this rejects.
  const { stdout, stderr } = await run;
  assert.deepEqual([stdout, stderr], ["[]", ""]);
});
