import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Selection } from "../../src/targets/select.ts";
import { TargetSet } from "../../src/targets/target-set.ts";
import { makeNode } from "../support/make-node.ts";

function setUp(selection: Partial<Selection> = {}) {
  const events: string[] = [];
  const states: string[] = [];
  const set = new TargetSet(
    "c",
    { addressTypes: ["InternalIP"], ipFamily: "auto", ports: [], shard: undefined, ...selection },
    {
      added: (target, instead) =>
        events.push(`+ ${target.node} ${target.host}${instead ? ` for ${instead.host}` : ""}`),
      removed: (target, next, isReplaced) => {
        const instead = next?.state === "probed" ? next.targets[0]?.host : next?.state;
        const how = next?.state === "probed" && !isReplaced ? "beside" : "for";
        events.push(`- ${target.node} ${target.host}${instead === undefined ? "" : ` ${how} ${instead}`}`);
      },
      unprobed: (_cluster, node, why) => events.push(`! ${node.name} ${why}`),
      relabelled: (target, before) => events.push(`~ ${target.node} ${before.zone} to ${target.zone}`),
      readinessChanged: (_cluster, node, before) =>
        events.push(`ready ${node.name} ${before.ready.status} to ${node.ready.status}`),
      nodeStated: (_cluster, node) => states.push(`${node.name} ${node.ready.status} ${node.unschedulable}`),
      nodeGone: (_cluster, name) => states.push(`${name} gone`),
    },
  );
  /** What the listener has heard since the last call. */
  const news = () => events.splice(0);
  return { set, news, states };
}

const at = (address: string) => ({ addresses: [{ type: "InternalIP", address }] });
const readiness = (status: "True" | "False" | "Unknown") => ({ ready: { status, reason: "", since: "" } });

const a = makeNode({ name: "a", zone: "z1", ...at("192.0.2.1") });
const b = makeNode({ name: "b", zone: "z1", ...at("192.0.2.2") });
const virtual = makeNode({ name: "v", kubeletPort: 0, ...at("192.0.2.9") });
const bare = makeNode({ name: "n", addresses: [] });

describe("a set of targets", () => {
  test("makes targets of the nodes of a list", () => {
    const { set, news } = setUp();
    set.replace([a, b, virtual, bare]);
    assert.deepEqual(news(), [
      "+ a 192.0.2.1",
      "+ b 192.0.2.2",
      "! v reports no usable kubelet port (virtual kubelets report 0)",
      "! n reports no address",
    ]);
    assert.equal(set.size, 4);
    assert.deepEqual(set.countByState(), { probed: 2, no_address: 1, no_port: 1, filtered: 0 });
    assert.deepEqual(
      set.entries().map(({ node, outcome }) => `${node.name} ${outcome.state}`),
      ["a probed", "b probed", "v no_port", "n no_address"],
    );
  });

  test("counts every state, also those without a node", () => {
    assert.deepEqual(setUp().set.countByState(), { probed: 0, no_address: 0, no_port: 0, filtered: 0 });
  });

  test("says nothing of what stays", () => {
    const { set, news } = setUp();
    set.replace([a, b, virtual]);
    news();
    set.replace([makeNode({ ...b }), makeNode({ ...virtual }), makeNode({ ...a })]);
    set.upsert(makeNode({ ...a, unschedulable: true }));
    assert.deepEqual(news(), []);
    assert.equal(set.entries().find(({ node }) => node.name === "a")?.node.unschedulable, true, "but knows it");
  });

  test("lets those leave first that are not in a list, so that an address can change hands", () => {
    const { set, news } = setUp();
    set.replace([a, b]);
    news();
    set.replace([makeNode({ name: "new", ...at("192.0.2.2") }), a]);
    assert.deepEqual(news(), ["- b 192.0.2.2", "+ new 192.0.2.2"]);
  });

  test("keeps only those it is told to", () => {
    const { set, news } = setUp();
    set.replace([a, b, virtual]);
    news();
    set.keepOnly((name) => name === "b");
    assert.deepEqual(news(), ["- a 192.0.2.1"]);
    assert.deepEqual(
      set.entries().map(({ node }) => node.name),
      ["b"],
    );
  });

  test("takes the last of two nodes under one name, list after list", () => {
    const { set, news } = setUp();
    const twin = makeNode({ ...a, ...at("192.0.2.8") });
    set.replace([a, twin]);
    assert.deepEqual(news(), ["+ a 192.0.2.8"]);
    set.replace([a, twin]);
    assert.deepEqual(news(), []);
  });

  test("of a node that moves, the old target leaves before the new one comes, and each is told of the other", () => {
    const { set, news } = setUp();
    set.upsert(a);
    news();
    set.upsert(makeNode({ ...a, ...at("192.0.2.7") }));
    assert.deepEqual(news(), ["- a 192.0.2.1 for 192.0.2.7", "+ a 192.0.2.7 for 192.0.2.1"]);
    set.upsert(makeNode({ ...a, ...at("192.0.2.7"), uid: "registered-anew" }));
    assert.deepEqual(news(), ["- a 192.0.2.7 for 192.0.2.7", "+ a 192.0.2.7 for 192.0.2.7"]);
    set.upsert(makeNode({ ...a, ...at("192.0.2.7"), uid: "registered-anew", kubeletPort: 10_255 }));
    assert.equal(news().length, 2);
  });

  test("a node that can no longer be probed loses its target and comes back", () => {
    const { set, news } = setUp();
    set.upsert(a);
    set.upsert(makeNode({ ...a, addresses: [] }));
    set.upsert(makeNode({ ...a, kubeletPort: 0 }));
    set.upsert(a);
    assert.deepEqual(news(), ["+ a 192.0.2.1", "- a 192.0.2.1 for no_address", "+ a 192.0.2.1"]);
    assert.equal(set.size, 1);
  });

  test("other labels are the same target", () => {
    const { set, news } = setUp();
    set.upsert(a);
    news();
    set.upsert(makeNode({ ...a, zone: "z2" }));
    assert.deepEqual(news(), ["~ a z1 to z2"]);
    const withHostname = [...a.addresses, { type: "Hostname", address: "host-a" }];
    for (const other of [{ region: "r" }, { instanceType: "i" }, { os: "o" }, { addresses: withHostname }]) {
      set.upsert(a);
      news();
      set.upsert(makeNode({ ...a, ...other }));
      assert.deepEqual(news(), ["~ a z1 to z1"], Object.keys(other).join());
    }
  });

  test("removing takes the target along; a name that is not there is nothing", () => {
    const { set, news } = setUp();
    set.replace([a, virtual]);
    news();
    set.remove("a");
    set.remove("v");
    set.remove("a");
    set.remove("__proto__");
    assert.deepEqual(news(), ["- a 192.0.2.1"]);
    assert.equal(set.size, 0);
  });

  test("tells when a node becomes Ready or ceases to be, probed or not, and at no other time", () => {
    const { set, news } = setUp();
    set.replace([a, virtual]);
    news();
    set.upsert(makeNode({ ...a, ...readiness("Unknown") }));
    set.upsert(makeNode({ ...a, ready: { status: "Unknown", reason: "other", since: "later" } }));
    set.upsert(makeNode({ ...virtual, ...readiness("False") }));
    assert.deepEqual(news(), ["ready a True to Unknown", "ready v True to False"]);
    set.remove("a");
    set.upsert(makeNode({ ...a, ...readiness("False") }));
    assert.deepEqual(news(), ["- a 192.0.2.1", "+ a 192.0.2.1"], "a newcomer was nothing before");
  });

  test("a name like a property of every object is a name like any other", () => {
    const { set, news } = setUp();
    set.upsert(makeNode({ name: "__proto__" }));
    set.upsert(makeNode({ name: "constructor" }));
    assert.equal(news().length, 2);
    assert.equal(set.size, 2);
  });
});

describe("a set of nodes with several targets each", () => {
  const dual = (v4: string, v6: string) => ({
    addresses: [
      { type: "InternalIP", address: v4 },
      { type: "InternalIP", address: v6 },
    ],
  });

  test("adds, moves and removes each on its own", () => {
    const { set, news } = setUp({ ipFamily: "both" });
    set.upsert(makeNode({ name: "d", ...dual("192.0.2.1", "2001:db8::1") }));
    assert.deepEqual(news(), ["+ d 192.0.2.1", "+ d 2001:db8::1"]);
    set.upsert(makeNode({ name: "d", ...dual("192.0.2.1", "2001:db8::2") }));
    assert.deepEqual(news(), ["- d 2001:db8::1 for 192.0.2.1", "+ d 2001:db8::2 for 2001:db8::1"]);
    set.upsert(makeNode({ name: "d", ...at("192.0.2.1") }));
    assert.deepEqual(news(), ["- d 2001:db8::2 beside 192.0.2.1"]);
    set.remove("d");
    assert.deepEqual(news(), ["- d 192.0.2.1"]);
  });

  test("of two that leave where one comes, one is replaced", () => {
    const { set, news } = setUp({ ipFamily: "both" });
    set.upsert(makeNode({ name: "d", ...dual("192.0.2.1", "2001:db8::1") }));
    news();
    set.upsert(makeNode({ name: "d", ...at("2001:db8::9") }));
    assert.deepEqual(news(), [
      "- d 192.0.2.1 beside 2001:db8::9",
      "- d 2001:db8::1 for 2001:db8::9",
      "+ d 2001:db8::9 for 2001:db8::1",
    ]);
  });

  test("pairs what comes with what leaves by port and family", () => {
    const { set, news } = setUp({ ipFamily: "both", ports: [{ name: "ssh", port: 22 }] });
    set.upsert(makeNode({ name: "d", ...dual("192.0.2.1", "2001:db8::1") }));
    news();
    set.upsert(makeNode({ name: "d", ...dual("192.0.2.9", "2001:db8::9") }));
    assert.deepEqual(news().slice(4), [
      "+ d 192.0.2.9 for 192.0.2.1",
      "+ d 192.0.2.9 for 192.0.2.1",
      "+ d 2001:db8::9 for 2001:db8::1",
      "+ d 2001:db8::9 for 2001:db8::1",
    ]);
  });

  test("tells of each node how its cluster sees it, once for each state", () => {
    const { set, states } = setUp();
    set.upsert(a);
    set.upsert({ ...a, zone: "z2" });
    set.upsert({ ...a, unschedulable: true });
    set.upsert({ ...a, unschedulable: true, ...readiness("False") });
    set.upsert(bare);
    set.remove("a");
    set.remove("a");
    assert.deepEqual(states, ["a True false", "a True true", "a False true", "n True false", "a gone"]);
  });
});
