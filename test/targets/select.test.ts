import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NodeAddress } from "../../src/targets/node.ts";
import { joinHostPort, type Selection, selectTargets } from "../../src/targets/select.ts";
import { makeNode } from "../support/make-node.ts";

const usual: Selection = { addressTypes: ["ExternalIP", "InternalIP"], ipFamily: "auto", ports: [], shard: undefined };

/** `InternalIP 192.0.2.1, Hostname a` as a node reports it. */
function addresses(text: string): NodeAddress[] {
  return text
    .split(", ")
    .filter((word) => word !== "")
    .map((word) => {
      const [type = "", address = ""] = word.split(" ");
      return { type, address };
    });
}

/** The target's address, or why there is none. */
function choose(text: string, selection: Partial<Selection> = {}): string {
  const node = makeNode({ name: "a", addresses: addresses(text) });
  const outcome = selectTargets("c", node, { ...usual, ...selection });
  if (outcome.state !== "probed") return `${outcome.state}: ${outcome.why}`;
  return outcome.targets.map((target) => target.address).join(" ");
}

describe("which address is taken", () => {
  const table: readonly [reported: string, selection: Partial<Selection>, target: string][] = [
    ["InternalIP 192.0.2.1, ExternalIP 198.51.100.1", {}, "198.51.100.1:10250"],
    [
      "ExternalIP 198.51.100.1, InternalIP 192.0.2.1",
      { addressTypes: ["InternalIP", "ExternalIP"] },
      "192.0.2.1:10250",
    ],
    ["InternalIP 192.0.2.1", {}, "192.0.2.1:10250"],
    ["ExternalIP 198.51.100.1", { addressTypes: ["InternalIP"] }, "no_address"],
    ["InternalIP 192.0.2.2, InternalIP 192.0.2.1", {}, "192.0.2.2:10250"],
    ["InternalIP 2001:db8::7", {}, "[2001:db8::7]:10250"],
    ["InternalIP 192.0.2.1, InternalIP 2001:db8::7", {}, "192.0.2.1:10250"],
    ["InternalIP 2001:db8::7, InternalIP 192.0.2.1", {}, "[2001:db8::7]:10250"],
    ["InternalIP 192.0.2.1, InternalIP 2001:db8::7", { ipFamily: "6" }, "[2001:db8::7]:10250"],
    ["InternalIP 2001:db8::7, InternalIP 192.0.2.1", { ipFamily: "4" }, "192.0.2.1:10250"],
    // The family decides before the preference of types does.
    ["ExternalIP 2001:db8::7, InternalIP 192.0.2.1", { ipFamily: "4" }, "192.0.2.1:10250"],
    ["ExternalIP 0.0.0.0, InternalIP 192.0.2.1", {}, "192.0.2.1:10250"],
    ["ExternalIP example.com, InternalIP 192.0.2.1", {}, "192.0.2.1:10250"],
    ["InternalIP 127.9.8.7", {}, "127.9.8.7:10250"],
    ["InternalIP ::1", {}, "[::1]:10250"],
    ["InternalIP 223.255.255.255", {}, "223.255.255.255:10250"],
    ["InternalIP 1.0.0.0", {}, "1.0.0.0:10250"],
    ["Hostname 192.0.2.1", {}, "no_address"],
    ["ExternalDNS example.com, InternalDNS a.internal, Hostname a", {}, "no_address"],
    ["internalip 192.0.2.1", {}, "no_address"],
  ];
  for (const [reported, selection, target] of table) {
    test(`${reported} with ${JSON.stringify(selection)}: ${target}`, () => {
      const chosen = choose(reported, selection);
      if (target === "no_address") assert.match(chosen, /^no_address: /);
      else assert.equal(chosen, target);
    });
  }
});

describe("what is no address of one host is not probed", () => {
  for (const address of [
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::0",
    "0:0:0:0:0:0:0:0",
    "ff02::1",
    "FF05::2",
    "fe80::1",
    "fe80::1%eth0",
    "::ffff:0.0.0.0",
    "192.0.2.256",
    "192.0.2.1:10250",
    "[2001:db8::1]",
    "192.0.2.1/24",
    "010.0.0.1",
    "3221225985",
    "example.com",
    "localhost",
    "__proto__",
  ]) {
    test(address, () => {
      assert.equal(
        choose(`InternalIP ${address}`),
        `no_address: has no usable ExternalIP or InternalIP; it reports InternalIP ${address}`,
      );
    });
  }
});

describe("why a node is not probed", () => {
  test("it reports no address", () => assert.equal(choose(""), "no_address: reports no address"));

  test("it has none of the family that is asked for", () => {
    assert.equal(
      choose("InternalIP 192.0.2.1, Hostname a", { addressTypes: ["InternalIP"], ipFamily: "6" }),
      "no_address: has no usable InternalIP of IPv6; it reports InternalIP 192.0.2.1, Hostname a",
    );
  });

  test("its kubelet port is 0", () => {
    const outcome = selectTargets("c", makeNode({ name: "a", kubeletPort: 0 }), usual);
    assert.deepEqual(outcome, { state: "no_port", why: "reports no usable kubelet port (virtual kubelets report 0)" });
  });

  test("with neither address nor port it is the address", () => {
    assert.equal(selectTargets("c", makeNode({ name: "a", addresses: [], kubeletPort: 0 }), usual).state, "no_address");
  });
});

describe("the target of a node", () => {
  const node = makeNode({
    name: "a",
    uid: "u",
    addresses: addresses("InternalIP 2001:db8::7, Hostname host-a"),
    kubeletPort: 10_255,
    zone: "z",
    region: "r",
    instanceType: "i",
    os: "linux",
  });

  test("has all that its labels and its probe need", () => {
    assert.deepEqual(selectTargets("c", node, usual), {
      state: "probed",
      targets: [
        {
          key: "c/u/a/[2001:db8::7]:10255",
          cluster: "c",
          node: "a",
          name: "host-a",
          host: "2001:db8::7",
          port: 10_255,
          portName: "kubelet",
          address: "[2001:db8::7]:10255",
          addressType: "InternalIP",
          zone: "z",
          region: "r",
          instanceType: "i",
          os: "linux",
        },
      ],
    });
  });

  test("is called by the node's name where it reports no Hostname", () => {
    const outcome = selectTargets("c", { ...node, addresses: addresses("InternalIP 192.0.2.1") }, usual);
    assert.equal(outcome.state === "probed" && outcome.targets[0]?.name, "a");
  });

  test("is another one with another cluster, uid, name, address or port, and the same with other labels", () => {
    const keyOf = (cluster: string, parts: Partial<typeof node>) => {
      const outcome = selectTargets(cluster, { ...node, ...parts }, usual);
      return outcome.state === "probed" ? outcome.targets[0]?.key : assert.fail(outcome.why);
    };
    const keys = [
      keyOf("c", {}),
      keyOf("d", {}),
      keyOf("c", { uid: "v" }),
      keyOf("c", { name: "b" }),
      keyOf("c", { addresses: addresses("InternalIP 192.0.2.1") }),
      keyOf("c", { kubeletPort: 10_250 }),
    ];
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(keyOf("c", { zone: "y", region: "", instanceType: "", os: "", unschedulable: true }), keys[0]);
  });
});

describe("the targets of a node are several", () => {
  test("with both families: the first address of each, by the types in their order", () => {
    const both = { ipFamily: "both" } as const;
    assert.equal(choose("InternalIP 2001:db8::7, InternalIP 192.0.2.1", both), "192.0.2.1:10250 [2001:db8::7]:10250");
    assert.equal(
      choose("InternalIP 192.0.2.1, InternalIP 2001:db8::7, ExternalIP 2001:db8::8", both),
      "192.0.2.1:10250 [2001:db8::8]:10250",
    );
    assert.equal(choose("InternalIP 192.0.2.1, InternalIP 192.0.2.2", both), "192.0.2.1:10250", "of one family one");
  });

  test("with more ports than the kubelet's, each number once", () => {
    const ports = [
      { name: "ssh", port: 22 },
      { name: "again", port: 10_250 },
    ];
    assert.equal(choose("InternalIP 192.0.2.1", { ports }), "192.0.2.1:10250 192.0.2.1:22");
    const virtual = selectTargets("c", makeNode({ name: "v", kubeletPort: 0 }), { ...usual, ports });
    assert.deepEqual(virtual.state === "probed" && virtual.targets.map(({ portName, port }) => `${portName} ${port}`), [
      "ssh 22",
      "again 10250",
    ]);
  });

  test("with a port called kubelet it stands for what the nodes report", () => {
    const ports = [{ name: "kubelet", port: 11_250 }];
    assert.equal(choose("InternalIP 192.0.2.1", { ports }), "192.0.2.1:11250");
  });
});

test("with shards, each node is one shard's and says so to the others", () => {
  const shards = [1, 2, 3].map((index) => ({ ...usual, shard: { index, count: 3 } }));
  for (let number = 0; number < 50; number++) {
    const node = makeNode({ name: `n${number}` });
    const outcomes = shards.map((selection) => selectTargets("c", node, selection));
    assert.equal(outcomes.filter(({ state }) => state === "probed").length, 1);
    assert.equal(outcomes.filter(({ state }) => state === "filtered").length, 2);
  }
});

test("an IPv6 address stands in brackets before a port", () => {
  assert.equal(joinHostPort("192.0.2.1", 80), "192.0.2.1:80");
  assert.equal(joinHostPort("::1", 80), "[::1]:80");
});
