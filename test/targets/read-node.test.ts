import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readPage } from "../../src/targets/kubernetes/list-nodes.ts";
import { problemOfStatus } from "../../src/targets/kubernetes/problem.ts";
import { readNode } from "../../src/targets/kubernetes/read-node.ts";
import { readEvent } from "../../src/targets/kubernetes/watch-nodes.ts";
import type { NodeFacts } from "../../src/targets/node.ts";
import { selectTargets } from "../../src/targets/select.ts";
import { capture, listPages } from "../support/captures.ts";

const selection = {
  addressTypes: ["ExternalIP", "InternalIP"],
  ipFamily: "auto",
  ports: [],
  shard: undefined,
} as const;

function page(name: string) {
  const read = readPage(capture(name).body);
  assert.ok("items" in read, JSON.stringify(read));
  return read;
}

function nodesOf(names: readonly string[]): NodeFacts[] {
  return names.flatMap((name) =>
    page(name).items.map((item) => {
      const read = readNode(item);
      assert.ok("node" in read, JSON.stringify(read));
      return read.node;
    }),
  );
}

describe("a real API server's list", () => {
  test("gives each node the target that it should have, or the reason why it has none", () => {
    const said = nodesOf(listPages).map((node) => {
      const selected = selectTargets("c", node, selection);
      return [node.name, selected.state === "probed" ? selected.targets[0]?.address : selected.state];
    });
    assert.deepEqual(said, [
      ["control-plane-1", "198.51.100.5:10250"],
      ["custom-port", "198.51.100.120:11250"],
      ["gke-prod-default-pool-5d1c8b7a-x2kq", "10.164.0.27:10250"],
      ["ip-192-168-41-17.eu-west-1.compute.internal", "203.0.113.41:10250"],
      ["just-registered", "no_address"],
      ["virtual-kubelet-aci", "no_port"],
      ["worker-draining", "198.51.100.78:10250"],
      ["worker-dual-1", "198.51.100.31:10250"],
      ["worker-gone-dark", "198.51.100.77:10250"],
      ["worker-v6-only", "[2001:db8:51::44]:10250"],
    ]);
  });

  test("is read down to zone, type, readiness and Hostname", () => {
    const nodes = new Map(nodesOf(listPages).map((node) => [node.name, node]));
    const eks = nodes.get("ip-192-168-41-17.eu-west-1.compute.internal");
    assert.deepEqual(
      [eks?.zone, eks?.region, eks?.instanceType, eks?.os],
      ["eu-west-1a", "eu-west-1", "m7i.2xlarge", "linux"],
    );
    assert.equal(nodes.get("worker-gone-dark")?.ready.status, "Unknown");
    assert.equal(nodes.get("worker-gone-dark")?.ready.reason, "NodeStatusUnknown");
    assert.equal(nodes.get("just-registered")?.ready.status, "False");
    assert.equal(nodes.get("worker-draining")?.unschedulable, true);
    const taints = (name: string) => nodes.get(name)?.taints.map(({ key, effect }) => `${key}:${effect}`);
    assert.deepEqual(taints("worker-draining"), ["node.kubernetes.io/not-ready:NoSchedule"]);
    const custom = nodes.get("custom-port");
    assert.ok(custom);
    const selected = selectTargets("c", custom, selection);
    assert.equal(selected.state === "probed" && selected.targets[0]?.name, "custom-port.lan");
  });

  test("says how to go on and how many are left", () => {
    const [first, second, third] = listPages.map(page);
    assert.deepEqual([first?.remaining, second?.remaining, third?.remaining], [6, 2, undefined]);
    assert.ok(first?.continueToken !== "" && second?.continueToken !== "");
    assert.equal(third?.continueToken, "");
    assert.deepEqual([first?.resourceVersion, third?.resourceVersion], ["15564", "15564"]);
  });
});

describe("a real API server's watch", () => {
  const events = (name: string) =>
    capture(name)
      .body.split("\n")
      .filter((line) => line !== "")
      .map(readEvent);

  test("is read event by event, and a bookmark's empty node is no node", () => {
    const said = events("watch-changes.http").map((event) => {
      if ("problem" in event) return event.problem.reason;
      if (event.type === "put") return `put ${event.node.name} ${event.resourceVersion}`;
      return event.type === "delete" ? `delete ${event.name}` : `${event.type} ${event.resourceVersion}`;
    });
    assert.deepEqual(said, [
      "put worker-dual-1 15565",
      "delete custom-port",
      "put worker-draining 15568",
      "put control-plane-1 15569",
      "put newcomer 15570",
      "put newcomer 15571",
      "bookmark 15571",
      "bookmark 15571",
    ]);
  });

  test("tells an expired version from a server that cannot send initial events", () => {
    const [expired] = events("watch-expired-410.http");
    assert.ok(expired && "problem" in expired);
    assert.deepEqual([expired.problem.reason, expired.problem.status], ["expired", 410]);
    const [unsupported] = events("watch-initial-events-unsupported.http");
    assert.ok(unsupported && "problem" in unsupported);
    assert.deepEqual([unsupported.problem.reason, unsupported.problem.status], ["http_status", 500]);
    assert.match(unsupported.problem.detail, /RequestWatchProgress is disabled/);
  });
});

describe("a refusal of a real API server", () => {
  for (const [name, status, reason, said] of [
    ["unauthorized-401.http", 401, "unauthorized", /does not accept the credentials/],
    ["forbidden-403.http", 403, "forbidden", /User "pingo" cannot list resource "pods"/],
    ["not-found-404.http", 404, "http_status", /nodes "absent" not found/],
  ] as const) {
    test(`${status} says in plain words what the server said`, () => {
      const problem = problemOfStatus(status, capture(name).body, undefined);
      assert.equal(problem.reason, reason);
      assert.match(problem.detail, said);
    });
  }
});

describe("Retry-After", () => {
  const nowUnixMs = Date.UTC(2026, 10, 22, 6, 24, 12);
  for (const [value, expected] of [
    ["7", 7_000],
    ["0", 0],
    ["Sun, 22 Nov 2026 06:24:30 GMT", 18_000],
    ["Sunday, 22-Nov-26 06:24:30 GMT", 18_000],
    ["Sun, 22 Nov 2026 06:00:00 GMT", 0],
    ["-1", undefined],
    ["1e3", undefined],
    ["soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ] as const) {
    test(`${value} means ${expected} ms`, () => {
      assert.equal(problemOfStatus(503, "", value, nowUnixMs).retryAfterMs, expected);
    });
  }

  test("of an ERROR event stands in its details", () => {
    const status = { kind: "Status", code: 429, details: { retryAfterSeconds: 3 } };
    const event = readEvent(JSON.stringify({ type: "ERROR", object: status }));
    assert.ok("problem" in event);
    assert.equal(event.problem.retryAfterMs, 3_000);
  });
});

describe("an answer that is no list of nodes", () => {
  for (const [what, text, said] of [
    ["a Table", capture("list-table.http").body, /a Table where a NodeList/],
    ["HTML", "<!DOCTYPE html><html>Log in</html>", /HTML, not JSON/],
    ["truncated JSON", capture(listPages[0]).body.slice(0, 20_000), /truncated or damaged JSON/],
    ["nothing", "", /is empty/],
    ["a word", "upstream connect error", /not JSON/],
    ["JSON that is no object", "[1,2]", /no Kubernetes object/],
    ["null", "null", /no Kubernetes object/],
    [
      "a list without items",
      '{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"1"}}',
      /has no items/,
    ],
    ["a list with null items", '{"kind":"NodeList","metadata":{},"items":null}', /has no items/],
    ["a list of pods", '{"kind":"PodList","items":[]}', /a PodList where/],
  ] as const) {
    test(`${what} is told as such`, () => {
      const read = readPage(text);
      assert.ok("problem" in read);
      assert.equal(read.problem.reason, "bad_answer");
      assert.match(read.problem.detail, said);
    });
  }
});

describe("a node object that is damaged", () => {
  const whole = {
    metadata: { name: "n", uid: "u" },
    status: { addresses: [], daemonEndpoints: { kubeletEndpoint: { Port: 1 } } },
  };

  for (const [what, value, name] of [
    ["null", null, ""],
    ["a string", "node", ""],
    ["an array", [], ""],
    ["without metadata", { status: {} }, ""],
    ["with a name that is a number", { metadata: { name: 7 }, status: {} }, ""],
    ["without status", { metadata: { name: "n" } }, "n"],
    ["with a status that is an array", { metadata: { name: "n" }, status: [] }, "n"],
  ] as const) {
    test(`${what} is refused, by name where it has one`, () => {
      const read = readNode(value);
      assert.ok("flaw" in read);
      assert.equal(read.flaw.name, name);
    });
  }

  for (const [what, status] of [
    ["addresses that are no array", { addresses: { type: "InternalIP" } }],
    [
      "addresses of odd kinds",
      { addresses: [null, 3, { type: 1, address: 2 }, { address: "" }, { type: "InternalIP", address: "  " }] },
    ],
    ["conditions of odd kinds", { conditions: [null, "Ready", { type: "Ready", status: 5 }] }],
    ["a port that is a string", { daemonEndpoints: { kubeletEndpoint: { Port: "10250" } } }],
    ["a port out of range", { daemonEndpoints: { kubeletEndpoint: { Port: 70_000 } } }],
    ["a port with a fraction", { daemonEndpoints: { kubeletEndpoint: { Port: 1.5 } } }],
  ] as const) {
    test(`${what} counts as if it were not there`, () => {
      const read = readNode({ ...whole, status });
      assert.ok("node" in read);
      assert.deepEqual(read.node.addresses, []);
      assert.equal(read.node.kubeletPort, 0);
      assert.equal(read.node.ready.status, "Unknown");
    });
  }

  test("a node of a megabyte is read like any other", () => {
    const images = Array.from({ length: 10_000 }, (_, index) => ({
      names: [`registry.example/${index}@sha256:${"0".repeat(64)}`],
    }));
    const text = JSON.stringify({ ...whole, status: { ...whole.status, images } });
    assert.ok(text.length > 1_000_000);
    assert.ok("node" in readNode(JSON.parse(text)));
  });
});

describe("a line of a watch that is none", () => {
  for (const line of ["", "{", "null", "7", '"ADDED"', '{"type":"ADD","object":{}}', "<html>"]) {
    test(`${JSON.stringify(line)} is a bad answer`, () => {
      const read = readEvent(line);
      assert.ok("problem" in read);
      assert.equal(read.problem.reason, "bad_answer");
    });
  }

  test("a change whose object is no node is a flaw, not a change", () => {
    for (const type of ["ADDED", "MODIFIED", "DELETED"]) {
      const read = readEvent(JSON.stringify({ type, object: { metadata: { resourceVersion: "9" } } }));
      assert.ok("type" in read && read.type === "flaw");
      assert.equal(read.resourceVersion, "9");
    }
  });

  test("a deletion needs no more than a name", () => {
    const read = readEvent(JSON.stringify({ type: "DELETED", object: { metadata: { name: "n" } } }));
    assert.deepEqual(read, { type: "delete", name: "n", resourceVersion: "" });
  });
});
