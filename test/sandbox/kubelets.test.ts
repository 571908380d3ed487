import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Endpoint } from "../../src/sandbox/kubelet.ts";
import { Kubelets } from "../../src/sandbox/kubelets.ts";
import { handshake } from "./handshake.ts";

let kubelets: Kubelets;

beforeEach(async () => {
  kubelets = await Kubelets.create();
  assert.equal(await kubelets.openAll(["a", "b"]), undefined);
});

afterEach(() => kubelets.stop());

function endpoint(name: string): Endpoint {
  const kubelet = kubelets.get(name);
  assert.ok(kubelet);
  return kubelet.endpoint;
}

const set = (name: string, state: "listening" | "stopped" | "dark") => kubelets.get(name)?.set(state);

describe("a kubelet", () => {
  test("listens on an address of its own, port 10250", async () => {
    assert.deepEqual([endpoint("a").port, endpoint("b").port], [10250, 10250]);
    assert.notEqual(endpoint("a").address, endpoint("b").address);
    assert.match(endpoint("a").address, /^127\.\d+\.1\.1$/);
    assert.deepEqual(await Promise.all(["a", "b"].map((name) => handshake(endpoint(name)))), ["ok", "ok"]);
  });

  test("closes when the client closes, and keeps no socket", async () => {
    const { address, port } = endpoint("a");
    const client = connect({ host: address, port });
    await once(client, "connect");
    client.write("nobody reads this");
    client.end();
    // The FIN from the other side; without it this would wait until the test's own timeout.
    client.resume();
    await once(client, "end");
  });

  test("refuses when it is stopped, and its neighbour does not", async () => {
    await set("a", "stopped");
    assert.equal(await handshake(endpoint("a")), "refused");
    assert.equal(await handshake(endpoint("b")), "ok");
    await set("a", "listening");
    assert.equal(await handshake(endpoint("a")), "ok");
  });

  test("breaks its connections when it is stopped", async () => {
    const { address, port } = endpoint("a");
    const client = connect({ host: address, port });
    await once(client, "connect");
    // Connected is not yet accepted: the next handshake is accepted after this one.
    await handshake(endpoint("a"));
    await set("a", "stopped");
    client.on("error", () => {});
    await once(client.resume(), "close");
  });

  test("moves to another address, and the one before refuses", async () => {
    const before = endpoint("a");
    assert.equal(await kubelets.move("a"), undefined);
    assert.notDeepEqual(endpoint("a"), before);
    assert.equal(await handshake(endpoint("a")), "ok");
    await kubelets.stop();
    assert.equal(await handshake(before), "refused");
  });

  test("says why it cannot listen", async () => {
    assert.match((await kubelets.open("c", endpoint("a"))) ?? "", /^cannot listen on 127\..*:10250: EADDRINUSE$/);
    assert.equal(kubelets.state("c"), "stopped");
    const free = { ...endpoint("a"), address: endpoint("a").address.replace(/\.1\.1$/, ".9.9") };
    const both = await Promise.all([kubelets.open("d", free), kubelets.open("e", free)]);
    assert.deepEqual(both.map((problem) => problem === undefined).toSorted(), [false, true], "one of two at once");
  });
});

describe("a dark kubelet", {
  skip: process.platform === "linux" ? false : "a full accept queue is silent on Linux",
}, () => {
  test("answers none of 20 handshakes, and its neighbour all", async () => {
    assert.equal(await set("a", "dark"), undefined);
    const tries = Array.from({ length: 20 }, () => handshake(endpoint("a"), 300));
    assert.deepEqual(await Promise.all(tries), Array(20).fill("timeout"));
    assert.equal(await handshake(endpoint("b")), "ok");
  });

  test("stays dark for clients that come one after another", async () => {
    await set("a", "dark");
    for (let count = 0; count < 5; count++) assert.equal(await handshake(endpoint("a"), 60), "timeout");
  });

  test("refuses nobody while it goes dark and comes back", async () => {
    const results = new Set<string>();
    let done = false;
    const knock = async () => {
      // One that the kernel took and nobody has accepted yet is reset with its listener.
      while (!done) results.add(await handshake(endpoint("a"), 50).catch(() => "reset"));
    };
    const knocking = Promise.all(Array.from({ length: 8 }, knock));
    for (let round = 0; round < 4; round++) {
      assert.equal(await set("a", "dark"), undefined);
      assert.equal(await set("a", "listening"), undefined);
    }
    done = true;
    await knocking;
    assert.ok(results.has("ok") && results.has("timeout"));
    assert.ok(!results.has("refused"));
  });

  test("can be called back, stopped, and made dark again", async () => {
    await set("a", "dark");
    assert.equal(await set("a", "listening"), undefined);
    assert.equal(await handshake(endpoint("a")), "ok");
    await set("a", "dark");
    await set("a", "stopped");
    assert.equal(await handshake(endpoint("a")), "refused");
    await set("a", "dark");
    assert.equal(await handshake(endpoint("a"), 200), "timeout");
  });

  test("ends in the state that was asked for last, however fast", async () => {
    const answers = [set("a", "dark"), set("a", "listening"), set("a", "stopped"), set("a", "listening")];
    assert.deepEqual(await Promise.all(answers), [undefined, undefined, undefined, undefined]);
    assert.equal(kubelets.state("a"), "listening");
    assert.equal(await handshake(endpoint("a")), "ok");
  });
});

test("an endpoint that is another cluster's is refused, also where both have one listener for all", async (t) => {
  const others = await Kubelets.create();
  t.after(() => others.stop());
  assert.match((await others.open("x", endpoint("a"))) ?? "", /^cannot listen on .*: EADDRINUSE$/);
  const port = 10_251;
  const shared = await Kubelets.create({ port, shared: true });
  t.after(() => shared.stop());
  await assert.rejects(
    Kubelets.create({ port, shared: true }),
    /^Error: cannot listen on 0\.0\.0\.0:10251: EADDRINUSE$/,
  );
});

test("two clusters keep to blocks of their own, and a block that is released can be taken again", async () => {
  const others = await Kubelets.create();
  assert.equal(await others.openAll(["a"]), undefined);
  assert.notEqual(others.get("a")?.endpoint.address, endpoint("a").address);
  await others.stop();
  await others.stop();
});
