import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, test } from "node:test";
import { asObject, readNode } from "../../src/targets/kubernetes/read-node.ts";
import { readEvent } from "../../src/targets/kubernetes/watch-nodes.ts";
import type { NodeFacts } from "../../src/targets/node.ts";
import { TargetSet } from "../../src/targets/target-set.ts";
import { capture, listPages } from "../support/captures.ts";
import { randomNumbers } from "../support/random-numbers.ts";

const seed = 20_261_122;
const mutantsOfNodes = 70_000;
const mutantsOfLines = 30_000;

const nodes: unknown[] = listPages.flatMap((name) => JSON.parse(capture(name).body).items);
/** Short ones, or else parsing what nobody looks at would take most of the time. */
const lines = capture("watch-changes.http")
  .body.split("\n")
  .filter(Boolean)
  .map((line) => JSON.stringify(withoutBallast(JSON.parse(line))));

/** What a field may hold where it does not hold what it should. */
const strange: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  10_250,
  65_535,
  65_536,
  1e308,
  10_250.5,
  "10250",
  "",
  " ",
  "10.0.0.256",
  "010.1.1.1",
  "0.0.0.0",
  "127.1",
  "255.255.255.255",
  "224.0.0.1",
  " 192.0.2.7\n",
  "::",
  "::1",
  "fe80::1",
  "fe80::1%eth0",
  "ff02::1",
  "::ffff:192.0.2.1",
  "2001:db8::1",
  "InternalIP",
  "ExternalIP",
  "Hostname",
  "Ready",
  "__proto__",
  "\ud800",
  "\u0000",
  "x".repeat(5_000),
  [],
  {},
  [[]],
  { toString: "no function" },
  { length: 3 },
];

function withoutBallast(value: unknown): unknown {
  const metadata = asObject(asObject(asObject(value)?.object)?.metadata) as Record<string, unknown> | undefined;
  if (metadata !== undefined) delete metadata.managedFields;
  return value;
}

/** A copy in which one or two places, however deep, hold something else, are gone, or stand there twice. */
function mutate(value: unknown, random: (below: number) => number): unknown {
  const copy = structuredClone(value);
  for (let times = 1 + random(3); times > 0; times--) disturb(copy, random);
  return copy;
}

function disturb(root: unknown, random: (below: number) => number): void {
  let at = root;
  for (;;) {
    if (typeof at !== "object" || at === null) return;
    const keys = Object.keys(at);
    const key = keys[random(keys.length)];
    if (key === undefined) return;
    const holder = at as Record<string, unknown>;
    const inner = holder[key];
    const isLeaf = typeof inner !== "object" || inner === null;
    if (isLeaf || random(8) === 0) {
      change(holder, key, random);
      return;
    }
    at = inner;
  }
}

function change(holder: Record<string, unknown>, key: string, random: (below: number) => number): void {
  const kind = random(6);
  if (kind === 0) delete holder[key];
  else if (kind === 1 && Array.isArray(holder)) holder.push(...structuredClone(holder));
  else holder[key] = structuredClone(strange[random(strange.length)]);
}

function mutateText(text: string, random: (below: number) => number): string {
  let mutant = text;
  for (let times = 1 + random(2); times > 0; times--) {
    const at = random(mutant.length + 1);
    const from = random(text.length);
    const put = [
      "",
      text.slice(from, from + random(40)),
      '"',
      "}",
      "[",
      "\\u0000",
      String.fromCharCode(random(65_536)),
    ];
    mutant = mutant.slice(0, at) + (put[random(put.length)] ?? "") + mutant.slice(at + random(12));
  }
  return mutant;
}

const listener = {
  added: () => {},
  removed: () => {},
  unprobed: () => {},
  relabelled: () => {},
  readinessChanged: () => {},
};

/** A set that everything goes through, and how many of the mutants got a target. */
function probed(): { take: (node: NodeFacts) => void; count: () => number } {
  let count = 0;
  const set = new TargetSet(
    "c",
    { addressTypes: ["ExternalIP", "InternalIP"], ipFamily: "both", ports: [], shard: undefined },
    listener,
  );
  return {
    count: () => count,
    take: (node) => {
      set.upsert(node);
      const [entry] = set.entries();
      assert.ok(entry);
      const { outcome } = entry;
      set.remove(node.name);
      assert.equal(set.size, 0);
      if (outcome.state !== "probed") return;
      count++;
      for (const { host, port, address } of outcome.targets) {
        assert.notEqual(isIP(host), 0, host);
        assert.doesNotMatch(host, /^(0\.|22[4-9]\.|2[345]\d\.|fe80|ff)|^::$|%/i);
        assert.ok(Number.isInteger(port) && port >= 1 && port <= 65_535, `${port}`);
        assert.equal(address, isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`);
      }
    },
  };
}

describe("what is damaged on the way", () => {
  test(`${mutantsOfNodes} mutated nodes give sound targets, or flaws, and never an exception`, () => {
    const random = randomNumbers(seed);
    const { take, count } = probed();
    let flaws = 0;
    const slim = nodes.map((node) => (withoutBallast({ object: structuredClone(node) }) as { object: unknown }).object);
    for (let round = 0; round < mutantsOfNodes; round++) {
      const read = readNode(mutate(slim[random(slim.length)], random));
      if ("node" in read) take(read.node);
      else flaws++;
    }
    // Were nearly all of them the one or the other, this would say little.
    assert.ok(count() > mutantsOfNodes / 4 && flaws > mutantsOfNodes / 1_000, `${count()} targets, ${flaws} flaws`);
  });

  test(`${mutantsOfLines} mutated lines of a watch give sound events, or problems, and never an exception`, () => {
    const random = randomNumbers(seed);
    const { take, count } = probed();
    let problems = 0;
    for (let round = 0; round < mutantsOfLines; round++) {
      const event = readEvent(mutateText(lines[random(lines.length)] ?? "", random));
      if ("problem" in event) problems++;
      else if (event.type === "put") take(event.node);
      else if (event.type === "delete") assert.notEqual(event.name, "");
      if ("problem" in event) assert.match(event.problem.detail, /\S/);
      else assert.equal(typeof event.resourceVersion, "string");
    }
    assert.ok(count() > mutantsOfLines / 20 && problems > mutantsOfLines / 20, `${count()}, ${problems}`);
  });
});
