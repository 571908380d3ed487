import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { after, before, describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/clock.ts";
import { createEngine } from "../../src/handshake/create-engine.ts";
import type { HandshakeEngine } from "../../src/handshake/engine.ts";
import type { EngineConfig } from "../../src/handshake/engine-config.ts";
import { silentLog } from "../../src/log.ts";
import type { Outcome } from "../../src/outcome.ts";
import { DarkListener } from "../support/dark-listener.ts";
import { eventually } from "../support/eventually.ts";

/** Only there can be seen that a SYN is on its way. */
const onLinux = { skip: process.platform === "linux" ? false : "needs Linux" };
const inChild = fileURLToPath(new URL("../support/handshake-in-child.ts", import.meta.url));

/**
 * How many sockets this process holds: an engine must leave none behind. Asked of the kernel where that can be, for
 * an engine that makes its own sockets is unknown to Node.
 */
function openTcpSockets(): number {
  if (process.platform === "linux") {
    return readdirSync("/proc/self/fd").filter((fd) => linkOf(`/proc/self/fd/${fd}`).startsWith("socket:")).length;
  }
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap" || name === "TCPConnectWrap")
    .length;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The descriptor that lists the folder is gone by now.
    return "";
  }
}

function handshake(engine: HandshakeEngine, host: string, port: number, timeoutMs = 2_000): Promise<Outcome> {
  return new Promise((resolve) => engine.start({ host, port, timeoutMs }, resolve));
}

/** Listens on a free port, counts what it accepts and how each connection ended. */
class CountingListener {
  accepted = 0;
  closedInOrder = 0;
  closedByReset = 0;
  port: number;
  readonly #host: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(host: string, port = 0) {
    this.#host = host;
    this.port = port;
    this.#server = createServer((socket) => {
      this.accepted++;
      this.#sockets.add(socket);
      socket.on("end", () => this.closedInOrder++);
      socket.on("error", () => this.closedByReset++);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.resume();
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      // Room for all that any test begins at once: a connection that finds a full queue and is reset is never accepted.
      this.#server.listen({ port: this.port, host: this.#host, backlog: 4_096 }, resolve);
    });
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Can be called again. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(() => resolve(undefined)));
  }

  /** Waits until every accepted connection has ended. */
  async settled(connections: number): Promise<void> {
    await eventually("all connections ended", () => this.closedInOrder + this.closedByReset >= connections);
  }
}

/** Its thread would keep the process alive if a test failed before it ended it. */
async function darkUntilTheEndOf(t: TestContext): Promise<DarkListener> {
  const dark = await DarkListener.start("127.0.0.1");
  t.after(() => dark.stop());
  return dark;
}

/** Whether somebody on this machine has sent a SYN to the port and has no answer (proc_net_tcp(5): 02 is SYN_SENT). */
function hasSynSent(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return new RegExp(`: \\w+:\\w+ \\w+:${hex} 02 `).test(readFileSync("/proc/net/tcp", "latin1"));
}

/** What a program at the far side sees of a handshake. */
export type FarSide = "a connection closed with FIN" | "a connection closed with RST" | "nothing";

/** What every engine has to keep, whatever it is made of. */
export function engineContract(name: string, config: EngineConfig, farSide: FarSide): void {
  const create = () => createEngine({ config, clock: systemClock, log: silentLog, restarted: () => {} });
  describe(`the contract of an engine: ${name}`, () => {
    let engine: HandshakeEngine;
    let listener: CountingListener;
    before(async () => {
      engine = await create();
      listener = await new CountingListener("127.0.0.1").start();
    });
    after(async () => {
      await engine.stop();
      await listener.stop();
    });

    test("a listener that answers is ok, with a time that is more than nothing and less than a second", async () => {
      const outcome = await handshake(engine, "127.0.0.1", listener.port);
      assert.equal(outcome.result, "ok");
      assert.ok(outcome.result === "ok" && outcome.connectUs !== undefined);
      assert.ok(outcome.connectUs > 0 && outcome.connectUs < 1_000_000, `${outcome.connectUs} us`);
      assert.equal(outcome.probe, "tcp");
      assert.equal(outcome.path, 0);
    });

    test("IPv6 is spoken too", async () => {
      const v6 = await new CountingListener("::1").start();
      assert.equal((await handshake(engine, "::1", v6.port)).result, "ok");
      await v6.stop();
    });

    test("one after another, answers of every family and failures do not colour each other", async (t) => {
      const v6 = await new CountingListener("::1").start();
      const closed = await new CountingListener("127.0.0.1").start();
      await closed.stop();
      const dark = await darkUntilTheEndOf(t);
      const places = [
        ["::1", v6.port, "ok"],
        // IPv4 on the wire, whatever its form.
        ["::ffff:127.0.0.1", listener.port, "ok"],
        ["127.0.0.1", listener.port, "ok"],
        ["127.0.0.1", closed.port, "refused"],
        ["127.0.0.1", dark.port, "timeout"],
      ] as const;
      for (let round = 0; round < 3; round++) {
        for (const [host, port, result] of places) {
          const outcome = await handshake(engine, host, port, 250);
          assert.deepEqual([host, port, outcome.result], [host, port, result], JSON.stringify(outcome));
          if (outcome.result === "ok" && outcome.synSent !== undefined) assert.equal(outcome.synSent, 1);
        }
      }
      await v6.stop();
    });

    test("a port that nobody listens on is refused", async () => {
      const closed = await new CountingListener("127.0.0.1").start();
      await closed.stop();
      const outcome = await handshake(engine, "127.0.0.1", closed.port);
      assert.deepEqual([outcome.result, outcome.result !== "ok" && outcome.code], ["refused", "ECONNREFUSED"]);
    });

    test("a host that does not answer is a timeout, at the deadline and not before", async (t) => {
      const dark = await darkUntilTheEndOf(t);
      const startMs = performance.now();
      const outcome = await handshake(engine, "127.0.0.1", dark.port, 300);
      const lastedMs = performance.now() - startMs;
      assert.equal(outcome.result, "timeout");
      assert.ok(lastedMs >= 299, `ended after ${lastedMs} ms`);
    });

    test("trouble of this machine is local: an address that a socket from here cannot reach", async () => {
      // The kernel lets no socket send to a broadcast address without SO_BROADCAST, and TCP never: connect(2) itself fails.
      const outcome = await handshake(engine, "255.255.255.255", 1);
      assert.equal(outcome.result, "local", JSON.stringify(outcome));
    });

    test("done is called once, and never from within start", async () => {
      let calls = 0;
      let inStart = true;
      await new Promise<void>((resolve) => {
        engine.start({ host: "127.0.0.1", port: listener.port, timeoutMs: 1_000 }, () => {
          assert.equal(inStart, false);
          calls++;
          resolve();
        });
        inStart = false;
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(calls, 1);
    });

    test(`the far side sees ${farSide}`, async () => {
      const own = await new CountingListener("127.0.0.1").start();
      await Promise.all(Array.from({ length: 20 }, () => handshake(engine, "127.0.0.1", own.port)));
      const seen = farSide === "nothing" ? 0 : 20;
      await own.settled(seen);
      const inOrder = farSide === "a connection closed with FIN" ? 20 : 0;
      assert.deepEqual([own.accepted, own.closedInOrder, own.closedByReset], [seen, inOrder, seen - inOrder]);
      await own.stop();
    });

    test("a handshake that is given up says nothing and holds nothing", async (t) => {
      const dark = await darkUntilTheEndOf(t);
      const before = openTcpSockets();
      let said = false;
      const giveUp = engine.start({ host: "127.0.0.1", port: dark.port, timeoutMs: 200 }, () => {
        said = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      giveUp();
      giveUp();
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(said, false);
      await eventually("no socket more than before", () => openTcpSockets() <= before);
    });

    test("a thousand handshakes at once each end in one result and leave no socket", async (t) => {
      const own = await new CountingListener("127.0.0.1").start();
      t.after(() => own.stop());
      const before = openTcpSockets();
      const outcomes = await Promise.all(
        Array.from({ length: 1_000 }, () => handshake(engine, "127.0.0.1", own.port, 10_000)),
      );
      assert.equal(outcomes.filter(({ result }) => result === "ok").length, 1_000);
      if (farSide !== "nothing") await own.settled(1_000);
      await own.stop();
      await eventually("no socket more than before", () => openTcpSockets() <= before);
    });

    test("a program that was held up past the deadline blames no target that answered", onLinux, async (t) => {
      const dark = await darkUntilTheEndOf(t);
      const request = { host: "127.0.0.1", port: dark.port, timeoutMs: 2_500 };
      const child = spawn(process.execPath, [inChild, JSON.stringify(config), JSON.stringify(request)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      t.after(() => child.kill("SIGKILL"));
      await eventually("its SYN is on its way", () => hasSynSent(dark.port));
      const sentMs = performance.now();
      // All of it, the engine's thread too. The port answers from now on, and the kernel sends the SYN again after 1 s.
      child.kill("SIGSTOP");
      await dark.stop();
      const own = await new CountingListener("127.0.0.1", dark.port).start();
      t.after(() => own.stop());
      await new Promise((resolve) => setTimeout(resolve, sentMs + 3_000 - performance.now()));
      const said = once(child.stdout, "data");
      child.kill("SIGCONT");
      const outcome: Outcome = JSON.parse(String((await said)[0]));
      assert.equal(outcome.result, "ok", JSON.stringify(outcome));
      assert.ok(outcome.result === "ok" && outcome.connectUs === undefined, "nobody saw when the answer came");
    });

    test("stop gives up what is in flight, resolves, and can be called again", async (t) => {
      const own = await create();
      const dark = await darkUntilTheEndOf(t);
      let said = false;
      own.start({ host: "127.0.0.1", port: dark.port, timeoutMs: 60_000 }, () => {
        said = true;
      });
      await own.stop();
      await own.stop();
      assert.equal(said, false);
    });
  });
}
