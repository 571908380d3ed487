import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Result } from "../../src/sandbox/api-status.ts";
import { emptyStatus, type NodeObject } from "../../src/sandbox/node-object.ts";
import { NodeStore, type StoreEvent } from "../../src/sandbox/store.ts";

const unixMs = () => Date.UTC(2026, 10, 22, 6, 24, 11);

function node(name: string, labels: { [key: string]: string } = {}): NodeObject {
  return { metadata: { name, labels }, spec: {}, status: emptyStatus };
}

function accepted<T>(result: Result<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function reasonOf(result: Result<unknown>): string | undefined {
  assert.ok(!result.ok);
  return result.status.reason;
}

function storeWith(...names: string[]): NodeStore {
  const store = new NodeStore({ unixMs });
  for (const name of names) accepted(store.create(node(name)));
  return store;
}

describe("NodeStore", () => {
  test("create() gives identity and a growing version, and keeps the status", () => {
    const store = new NodeStore({ unixMs });
    const status = { ...emptyStatus, addresses: [{ type: "InternalIP", address: "127.0.0.1" }] };
    const first = accepted(store.create({ ...node("a"), status }));
    const second = accepted(store.create(node("b")));
    assert.match(first.metadata.uid ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(first.metadata.creationTimestamp, "2026-11-22T06:24:11Z");
    assert.deepEqual(first.status, status);
    assert.equal(Number(second.metadata.resourceVersion), Number(first.metadata.resourceVersion) + 1);
    assert.equal(String(store.version), second.metadata.resourceVersion);
  });

  test("create() refuses a name that is there, and a resourceVersion", () => {
    const store = storeWith("a");
    assert.equal(reasonOf(store.create(node("a"))), "AlreadyExists");
    const versioned = { ...node("b"), metadata: { name: "b", resourceVersion: "1" } };
    assert.equal(reasonOf(store.create(versioned)), "BadRequest");
  });

  test("replace() changes spec and labels but not the status, and the status subresource the reverse", () => {
    const store = storeWith("a");
    const changed = {
      metadata: { name: "a", labels: { x: "y" } },
      spec: { unschedulable: true },
      status: { ...emptyStatus, addresses: [] },
    };
    const main = accepted(store.replace(changed));
    assert.deepEqual([main.spec, main.status, main.metadata.labels], [changed.spec, emptyStatus, { x: "y" }]);
    const status = accepted(store.replace({ ...changed, spec: {} }, { subresource: "status" }));
    assert.deepEqual([status.spec, status.status], [changed.spec, changed.status]);
    assert.equal(status.metadata.uid, store.get("a")?.metadata.uid);
  });

  test("replace() refuses another version or uid with Conflict, and what is not there with NotFound", () => {
    const store = storeWith("a");
    const withMetadata = (metadata: object) => ({ ...node("a", { x: "y" }), metadata: { name: "a", ...metadata } });
    assert.equal(reasonOf(store.replace(withMetadata({ resourceVersion: "1" }))), "Conflict");
    assert.equal(reasonOf(store.replace(withMetadata({ uid: "other" }))), "Conflict");
    assert.equal(reasonOf(store.replace(node("absent"))), "NotFound");
    const resourceVersion = store.get("a")?.metadata.resourceVersion ?? "";
    accepted(store.replace(withMetadata({ resourceVersion })));
  });

  test("a write that changes nothing makes no event and no version", () => {
    const store = storeWith("a");
    const before = store.version;
    accepted(store.replace(node("a")));
    assert.equal(store.version, before);
  });

  test("dryRun answers as if, and changes nothing", () => {
    const store = storeWith("a");
    const before = store.version;
    assert.equal(accepted(store.create(node("b"), { dryRun: true })).metadata.name, "b");
    assert.deepEqual(accepted(store.replace(node("a", { x: "y" }), { dryRun: true })).metadata.labels, { x: "y" });
    accepted(store.delete("a", { dryRun: true }));
    assert.equal(store.version, before);
    assert.deepEqual(
      store.list().map(({ metadata }) => metadata.name),
      ["a"],
    );
  });

  test("delete() honours preconditions and tells the version of the deletion", () => {
    const store = storeWith("a");
    const events: StoreEvent[] = [];
    store.subscribe((event) => events.push(event));
    assert.equal(reasonOf(store.delete("a", { uid: "other" })), "Conflict");
    assert.equal(reasonOf(store.delete("a", { resourceVersion: "1" })), "Conflict");
    accepted(store.delete("a"));
    assert.equal(reasonOf(store.delete("a")), "NotFound");
    assert.deepEqual(
      events.map(({ type, node: gone }) => [type, gone.metadata.resourceVersion]),
      [["DELETED", String(store.version)]],
    );
  });

  test("list() is in byte order", () => {
    const names = storeWith("b", "a-2", "a", "a.b").list();
    assert.deepEqual(
      names.map(({ metadata }) => metadata.name),
      ["a", "a-2", "a.b", "b"],
    );
  });

  test("eventsAfter() gives what came later, and undefined for what is forgotten", () => {
    const store = storeWith("a");
    const before = store.version;
    accepted(store.create(node("b")));
    assert.deepEqual(
      store.eventsAfter(before)?.map(({ type, node: { metadata } }) => `${type} ${metadata.name}`),
      ["ADDED b"],
    );
    store.forgetEvents();
    assert.equal(store.eventsAfter(before), undefined);
    assert.deepEqual(store.eventsAfter(store.version), []);
  });

  test("begins anew at another version, earlier or later, with its nodes and without its past", () => {
    const store = storeWith("a", "b");
    const uid = store.get("a")?.metadata.uid;
    const pageVersion = store.version;
    store.snapshot();
    for (const version of [500, 90_000]) {
      const before = store.version;
      store.beginAnew(version);
      assert.equal(store.version, version);
      assert.deepEqual(
        store.list().map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
        [
          ["a", String(version)],
          ["b", String(version)],
        ],
      );
      assert.equal(store.get("a")?.metadata.uid, uid);
      assert.equal(store.snapshotAt(pageVersion), undefined);
      assert.equal(store.eventsAfter(Math.min(before, version - 1)), undefined);
      assert.deepEqual(store.eventsAfter(version), []);
      accepted(store.delete("b"));
      assert.deepEqual(
        store.eventsAfter(version)?.map((event) => event.version),
        [version + 1],
      );
      accepted(store.create(node("b")));
    }
  });

  test("the log of events has a bound", () => {
    const store = new NodeStore({ unixMs, eventLimit: 10 });
    const first = store.version;
    for (let count = 0; count < 25; count++) accepted(store.create(node(`n${count}`)));
    assert.equal(store.eventsAfter(first), undefined);
    const kept = store.eventsAfter(store.oldestVersion)?.length ?? 0;
    assert.ok(kept > 0 && kept <= 10, `${kept} events are kept`);
  });

  test("the remembered listings have a bound", () => {
    const store = storeWith("a");
    const first = store.version;
    store.snapshot();
    for (let count = 0; count < 20; count++) {
      accepted(store.create(node(`n${count}`)));
      store.snapshot();
    }
    assert.equal(store.snapshotAt(first), undefined);
    assert.equal(store.snapshotAt(store.version)?.length, 21);
  });

  test("a listener that unsubscribed hears nothing more", () => {
    const store = storeWith();
    let count = 0;
    const unsubscribe = store.subscribe(() => count++);
    accepted(store.create(node("a")));
    unsubscribe();
    accepted(store.create(node("b")));
    assert.equal(count, 1);
  });
});
