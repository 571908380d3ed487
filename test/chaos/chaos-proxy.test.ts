import assert from "node:assert/strict";
import https from "node:https";
import { after, before, describe, test } from "node:test";
import { makeCertificates } from "../../src/sandbox/certificates.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import type { Fault, FaultKind } from "./faults.ts";
import { Random } from "./random.ts";

/** How a request ended, as its client saw it. */
interface Seen {
  status?: number;
  retryAfter?: string | undefined;
  body: string;
  /** All of it came. */
  complete: boolean;
  error?: string | undefined;
}

describe("ChaosProxy", () => {
  let sandbox: Sandbox;
  let proxy: ChaosProxy;
  let ca: string;

  before(async () => {
    sandbox = await startSandbox({ nodes: 5 });
    const certificates = await makeCertificates(Date.now());
    ca = certificates.caPem;
    proxy = await ChaosProxy.start({
      certificates,
      upstreamUrl: () => sandbox.apiUrl,
      upstreamCaPem: sandbox.caPem,
      random: new Random(1),
    });
  });

  after(async () => {
    await proxy.stop();
    await sandbox.stop();
  });

  function fault(kind: FaultKind, parts: Partial<Fault> = {}): Fault {
    return { victims: "all", odds: 1, cutsFirst: false, after: "resume", compacts: false, ...kind, ...parts } as Fault;
  }

  /** `seen` fills as the answer comes; `ended` resolves with it. */
  function ask(query = ""): { seen: Seen; ended: Promise<Seen> } {
    const seen: Seen = { body: "", complete: false };
    const ended = new Promise<Seen>((resolve) => {
      const headers = { Authorization: `Bearer ${sandbox.readerToken}` };
      const request = https.get(`${proxy.url}/api/v1/nodes${query}`, { ca, headers, agent: false }, (response) => {
        seen.status = response.statusCode ?? 0;
        seen.retryAfter = response.headers["retry-after"];
        response.setEncoding("utf8").on("data", (text) => {
          seen.body += text;
        });
        response.on("error", (error: NodeJS.ErrnoException) => {
          seen.error = error.code;
        });
        response.on("close", () => {
          seen.complete = response.complete;
          resolve(seen);
        });
      });
      request.on("error", (error: NodeJS.ErrnoException) => {
        seen.error = error.code;
        resolve(seen);
      });
    });
    return { seen, ended };
  }

  async function under(kind: FaultKind, query = ""): Promise<Seen> {
    await proxy.begin(fault(kind));
    const seen = await ask(query).ended;
    await proxy.end();
    return seen;
  }

  async function assertSound(): Promise<void> {
    const { status, body, complete } = await ask().ended;
    assert.deepEqual([status, complete], [200, true]);
    assert.equal(JSON.parse(body).items.length, 5);
  }

  test("passes lists and watches on as they are", async () => {
    await assertSound();
    const { seen, ended } = ask("?watch=1");
    await eventually("five nodes", () => seen.body.trim().split("\n").length === 5);
    const name = (await sandbox.join()).name ?? "";
    await eventually("a sixth", () => seen.body.includes(name));
    await sandbox.leave(name);
    proxy.cut();
    assert.equal((await ended).complete, false);
  });

  for (const status of [401, 403, 410, 429, 500, 503]) {
    test(`answers ${status}, and says back what token it was asked with`, async () => {
      const seen = await under({ kind: "status", status, retryAfterSeconds: 2 });
      assert.equal(seen.status, status);
      assert.equal(seen.retryAfter, "2");
      assert.equal(JSON.parse(seen.body).code, status);
      assert.ok(seen.body.includes(sandbox.readerToken));
      await assertSound();
    });
  }

  test("answers 200 with HTML, with nothing, with no nodes and with an event that says 410", async () => {
    assert.match((await under({ kind: "html" })).body, /^<html>/);
    assert.deepEqual(await under({ kind: "empty body" }), {
      status: 200,
      retryAfter: undefined,
      body: "",
      complete: true,
    });
    assert.deepEqual(JSON.parse((await under({ kind: "empty list" })).body).items, []);
    const event = JSON.parse((await under({ kind: "expired event" }, "?watch=1")).body);
    assert.deepEqual([event.type, event.object.code], ["ERROR", 410]);
    assert.match((await under({ kind: "no http" })).error ?? "", /^HPE_/);
    await assertSound();
  });

  test("makes several pages of a list, and refuses lists as streams once it is told to", async () => {
    const extra = await Promise.all(Array.from({ length: 5 }, () => sandbox.join()));
    const { body } = await ask("?limit=500").ended;
    assert.deepEqual([JSON.parse(body).items.length, JSON.parse(body).metadata.remainingItemCount], [8, 2]);
    for (const { name = "" } of extra) await sandbox.leave(name);
    const stream = "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const empty = JSON.parse((await under({ kind: "empty list" }, stream)).body);
    assert.deepEqual(empty.object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
    proxy.allowsStreams = false;
    const refusal = JSON.parse((await ask(stream).ended).body);
    proxy.allowsStreams = true;
    assert.deepEqual([refusal.type, refusal.object.code], ["ERROR", 500]);
  });

  test("corrupts an answer so that it is no JSON", async () => {
    const { status, body } = await under({ kind: "corrupt" });
    assert.equal(status, 200);
    assert.throws(() => JSON.parse(body), SyntaxError);
  });

  test("ends an answer early, in good order or not", async () => {
    const good = await under({ kind: "truncate", inGoodOrder: true });
    assert.equal(good.complete, true);
    assert.throws(() => JSON.parse(good.body), SyntaxError);
    const bad = await under({ kind: "truncate", inGoodOrder: false });
    assert.deepEqual([bad.complete, bad.error], [false, "ECONNRESET"]);
  });

  test("refuses, and listens on the same port after it", async () => {
    const { url } = proxy;
    assert.equal((await under({ kind: "refuse" })).error, "ECONNREFUSED");
    assert.equal(proxy.url, url);
    await assertSound();
  });

  for (const kind of ["silence", "stall", "freeze", "stop"] as const) {
    test(`${kind}: nothing, or only half, comes until it ends; then all of it, or the connection breaks`, async () => {
      for (const after of ["resume", "cut"] as const) {
        const { hits } = proxy;
        await proxy.begin(fault({ kind }, { after }));
        const { seen, ended } = ask();
        await eventually("it is hit", () => proxy.hits > hits && (kind !== "stop" || seen.body !== ""));
        await proxy.end();
        const { complete, body } = await ended;
        assert.equal(complete, after === "resume");
        if (after === "resume") assert.equal(JSON.parse(body).items.length, 5);
      }
      await assertSound();
    });
  }

  test("freezes a watch that runs, and lets what happened meanwhile come late", async () => {
    const { seen } = ask("?watch=1");
    await eventually("five nodes", () => seen.body.trim().split("\n").length === 5);
    const { hits } = proxy;
    await proxy.begin(fault({ kind: "freeze" }));
    const name = (await sandbox.join()).name ?? "";
    await eventually("it is held", () => proxy.hits > hits);
    assert.ok(!seen.body.includes(name));
    await proxy.end();
    await eventually("it comes", () => seen.body.includes(name));
    await sandbox.leave(name);
    proxy.cut();
  });

  test("cuts again and again, by reset too", async () => {
    for (const reset of [false, true]) {
      await proxy.begin(fault({ kind: "cut", everyMs: 20, reset }));
      assert.equal((await ask("?watch=1").ended).complete, false);
      await proxy.end();
    }
    await assertSound();
  });

  test("strikes only whom it is meant for", async () => {
    await proxy.begin(fault({ kind: "status", status: 500 }, { victims: "watches" }));
    await assertSound();
    assert.equal((await ask("?watch=1").ended).status, 500);
    await proxy.end();
    await proxy.begin(fault({ kind: "status", status: 500 }, { odds: 0 }));
    await assertSound();
    await proxy.end();
  });

  test("shows a certificate of another authority once it is rotated", async () => {
    const certificates = await makeCertificates(Date.now());
    proxy.rotate(certificates);
    assert.notEqual((await ask().ended).error, undefined);
    ca = certificates.caPem;
    await assertSound();
  });
});
