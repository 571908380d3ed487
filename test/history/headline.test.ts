import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headline } from "../../src/history/headline/headline.ts";
import type { Ailing, ApiWorld, World, ZoneWorld } from "../../src/history/headline/world.ts";

const nowMs = Date.UTC(2026, 10, 26, 12);
const at1204 = nowMs - 600_000;
const minuteMs = 60_000;

/** So many that ail in the same way, a second apart. */
function many(count: number, why: string, sinceMs: number | null = at1204, prefix = "n"): Ailing[] {
  return Array.from({ length: count }, (_, index) => ({
    node: `${prefix}${index + 1}`,
    why,
    sinceMs: sinceMs === null ? null : sinceMs + index * 1_000,
  }));
}

function zone(name: string, targets: number, parts: Partial<ZoneWorld> = {}): ZoneWorld {
  return { cluster: "prod", zone: name, targets, unknown: 0, silent: [], unreachable: [], degraded: [], ...parts };
}

function api(isUp: boolean | null, cluster = "prod", sinceMs = at1204): ApiWorld {
  return { cluster, isUp, sinceMs };
}

function world(zones: readonly ZoneWorld[], parts: Partial<World> = {}): World {
  return { atMs: nowMs, isLive: true, noun: "node", zones, apis: [], isReady: () => null, ...parts };
}

const down = (count: number, sinceMs = at1204, prefix = "n") => many(count, "timeout", sinceMs, prefix);
const retransmits = (count: number) => many(count, "syn retransmits");
const t = `{${at1204}}`;

const silent = (count: number, isLocal: boolean, sinceMs: number | null = at1204) => ({
  unknown: count,
  silent: Array.from({ length: count }, () => ({ sinceMs, isLocal })),
});

type Case = readonly [name: string, world: World, condition: string, text: string, ...more: string[]];

const cases: readonly Case[] = [
  ["all is well", world([zone("a", 300), zone("b", 12)]), "ok", "all 312 nodes reachable"],
  ["its only node is well", world([zone("a", 1)]), "ok", "the only node is reachable"],
  ["nodes have several addresses", world([zone("a", 6)], { noun: "target" }), "ok", "all 6 targets reachable"],
  ["nothing is there", world([]), "unknown", "no nodes are known"],
  ["nothing was there", world([], { isLive: false }), "unknown", "no nodes were known then"],
  ["nothing is measured yet", world([zone("a", 38, { unknown: 38 })]), "unknown", "nothing is known yet of 38 nodes"],
  [
    "nothing was measured",
    world([zone("a", 38, { unknown: 38 })], { isLive: false }),
    "unknown",
    "nothing is known of that time of 38 nodes",
  ],
  [
    "some are not measured yet",
    world([zone("a", 38, { unknown: 8 })]),
    "ok",
    "all 30 nodes that were measured reachable",
    "nothing is known yet of 8 nodes",
  ],
  [
    "PinGo's own machine cannot measure",
    world([zone("a", 30, silent(30, true)), zone("b", 8, silent(8, true))]),
    "unknown",
    `PinGo's own machine cannot measure any of 38 nodes since ${t}`,
  ],
  [
    "PinGo's own machine never could measure",
    world([zone("a", 38, silent(38, true, null))]),
    "unknown",
    "PinGo's own machine cannot measure any of 38 nodes",
  ],
  [
    "nothing is probed any more",
    world([zone("a", 38, silent(38, false))]),
    "unknown",
    `nothing has been measured of any of 38 nodes since ${t}`,
  ],
  [
    "the only one is not measured any more",
    world([zone("a", 1, silent(1, false))]),
    "unknown",
    `nothing has been measured of the only node since ${t}`,
  ],
  [
    "some are not measured any more, and some not yet",
    world([zone("a", 38, { ...silent(7, false), unknown: 8 })]),
    "unknown",
    `nothing has been measured of 7 of 38 nodes since ${t}`,
    "all 30 nodes that were measured reachable",
    "nothing is known yet of 1 node",
  ],
  [
    "one is gone, and the rest is not measured any more",
    world([zone("a", 38, { ...silent(37, true), unreachable: down(1) })]),
    "unreachable",
    `node n1 unreachable since ${t}`,
    `PinGo's own machine cannot measure 37 of 38 nodes since ${t}`,
  ],
  [
    "the API does not answer either",
    world([zone("a", 38, silent(38, true))], { apis: [api(false)] }),
    "unreachable",
    `no answer from the API of prod since ${t}`,
    `PinGo's own machine cannot measure any of 38 nodes since ${t}`,
  ],
  [
    "an API does not answer",
    world([zone("a", 38)], { apis: [api(false)] }),
    "unreachable",
    `no answer from the API of prod since ${t}`,
    "all 38 nodes reachable",
  ],
  [
    "an API never answered",
    world([], { apis: [api(false)] }),
    "unreachable",
    `no answer from the API of prod since ${t}`,
    "no nodes are known",
  ],
  ["nobody knows of an API", world([zone("a", 38)], { apis: [api(null)] }), "ok", "all 38 nodes reachable"],
  [
    "a zone is gone",
    world([zone("a", 200), zone("c", 38, { unreachable: down(38) })]),
    "unreachable",
    `38 of 38 nodes of zone c unreachable since ${t}`,
  ],
  [
    "a zone is gone whose nodes are Ready, and the API answers",
    world([zone("a", 200), zone("c", 38, { unreachable: down(38) })], { apis: [api(true)], isReady: () => true }),
    "unreachable",
    `38 of 38 nodes of zone c unreachable since ${t}; they are Ready and the API answers: it is the network`,
  ],
  [
    "a zone is gone for less than the cluster takes to see it",
    world([zone("a", 200), zone("c", 38, { unreachable: down(38, nowMs - 50_000) })], {
      apis: [api(true)],
      isReady: () => true,
    }),
    "unreachable",
    `38 of 38 nodes of zone c unreachable since {${nowMs - 50_000}}`,
  ],
  [
    "a zone is gone whose nodes are Ready, but the API does not answer any more",
    world([zone("a", 200), zone("c", 38, { unreachable: down(38) })], { apis: [api(false)], isReady: () => true }),
    "unreachable",
    `38 of 38 nodes of zone c unreachable since ${t}`,
    `no answer from the API of prod since ${t}`,
  ],
  [
    "a zone is gone whose nodes are not Ready",
    world([zone("a", 200), zone("c", 38, { unreachable: down(38) })], { apis: [api(true)], isReady: () => false }),
    "unreachable",
    `38 of 38 nodes of zone c unreachable since ${t}; they are not Ready either`,
  ],
  [
    "a zone's nodes refuse",
    world([zone("a", 200), zone("c", 38, { unreachable: many(38, "refused") })], { isReady: () => true }),
    "unreachable",
    `38 of 38 nodes of zone c unreachable since ${t}: their hosts answer, the port is not open`,
  ],
  [
    "one of a zone has been gone for a week before all others",
    world([zone("a", 200), zone("c", 38, { unreachable: [...down(1, nowMs - 7 * 86_400_000, "old"), ...down(37)] })]),
    "unreachable",
    `38 of 38 nodes of zone c unreachable since ${t}`,
  ],
  [
    "half of a zone is gone",
    world([zone("a", 200), zone("c", 38, { unreachable: down(19) })]),
    "unreachable",
    `19 of 38 nodes of zone c unreachable since ${t}`,
  ],
  [
    "a few of a zone are gone",
    world([zone("a", 200), zone("c", 38, { unreachable: down(5) })]),
    "unreachable",
    `5 of 38 nodes of zone c unreachable since ${t}`,
  ],
  [
    "two nodes are gone",
    world([zone("a", 200), zone("c", 38, { unreachable: down(2) })]),
    "unreachable",
    `nodes n1 and n2 of zone c unreachable since ${t}`,
  ],
  [
    "one node is gone that is Ready",
    world([zone("a", 200), zone("c", 38, { unreachable: down(1) })], { apis: [api(true)], isReady: () => true }),
    "unreachable",
    `node n1 of zone c unreachable since ${t}; it is Ready and the API answers: it is the network`,
  ],
  [
    "one node refuses",
    world([zone("", 38, { unreachable: many(1, "refused") })]),
    "unreachable",
    `node n1 unreachable since ${t}: its host answers, the port is not open`,
  ],
  [
    "nodes here and there went at other times",
    world([
      zone("a", 100, { unreachable: down(2, nowMs - 86_400_000, "a") }),
      zone("b", 100, { unreachable: [...down(2, nowMs - 40 * minuteMs, "b"), ...down(1, at1204, "c")] }),
    ]),
    "unreachable",
    `5 of 200 nodes unreachable, the last since ${t}`,
  ],
  [
    "nobody knows since when",
    world([zone("a", 100, { unreachable: many(5, "loss", null) })]),
    "unreachable",
    "5 of 100 nodes unreachable",
  ],
  [
    "several zones are gone, the larger first, and some nodes elsewhere",
    world([
      zone("a", 200, { unreachable: down(1, at1204, "x") }),
      zone("c", 38, { unreachable: down(38) }),
      zone("d", 50, { unreachable: down(50) }),
    ]),
    "unreachable",
    `50 of 50 nodes of zone d unreachable since ${t}`,
    `38 of 38 nodes of zone c unreachable since ${t}`,
    `node x1 of zone a unreachable since ${t}`,
  ],
  [
    "all that have no zone are gone",
    world([zone("a", 200), zone("", 4, { unreachable: down(4) })]),
    "unreachable",
    `4 of 4 nodes without a zone unreachable since ${t}`,
  ],
  [
    "one of two clusters is gone, and its API",
    world(
      [
        zone("a", 200),
        zone("a", 20, { cluster: "dev", unreachable: down(20) }),
        zone("b", 18, { cluster: "dev", unreachable: down(18) }),
      ],
      { apis: [api(true), api(false, "dev")] },
    ),
    "unreachable",
    `all 38 nodes of cluster dev and its API unreachable since ${t}`,
  ],
  [
    "a zone of one of two clusters is gone",
    world([
      zone("a", 200),
      zone("c", 20),
      zone("c", 38, { cluster: "dev", unreachable: down(38) }),
      zone("b", 18, { cluster: "dev" }),
    ]),
    "unreachable",
    `38 of 38 nodes of zone c in cluster dev unreachable since ${t}`,
  ],
  [
    "a few of one of two clusters without zones are gone",
    world([zone("", 200), zone("", 38, { cluster: "dev", unreachable: down(4) })]),
    "unreachable",
    `4 of 38 nodes of cluster dev unreachable since ${t}`,
  ],
  [
    "everything is gone",
    world([zone("a", 300, { unreachable: down(300) }), zone("b", 12, { unreachable: down(12) })]),
    "unreachable",
    `all 312 nodes unreachable since ${t}: the trouble may be on this side`,
  ],
  [
    "everything is gone, and the API too",
    world([zone("a", 312, { unreachable: down(312) })], { apis: [api(false)] }),
    "unreachable",
    `all 312 nodes and the API unreachable since ${t}: the trouble may be on this side`,
  ],
  [
    "everything is gone but the API",
    world([zone("a", 312, { unreachable: down(312) })], { apis: [api(true)] }),
    "unreachable",
    `all 312 nodes unreachable since ${t}: the trouble may be on this side`,
    "the API of prod can be reached",
  ],
  [
    "all refuse",
    world([zone("a", 312, { unreachable: many(312, "refused") })]),
    "unreachable",
    `all 312 nodes refuse connections since ${t}: their hosts answer, the port is not open`,
  ],
  [
    "the only node is gone",
    world([zone("a", 1, { unreachable: down(1) })]),
    "unreachable",
    `node n1 unreachable since ${t}`,
  ],
  [
    "some are degraded",
    world([zone("a", 300, { degraded: retransmits(2) }), zone("b", 12, { degraded: retransmits(1) })]),
    "degraded",
    `all 312 nodes reachable, 3 of them degraded by SYN retransmits since ${t}`,
  ],
  [
    "one is degraded",
    world([zone("a", 300, { degraded: many(1, "latency") }), zone("b", 12)]),
    "degraded",
    `all 312 nodes reachable, n1 of zone a degraded by latency since ${t}`,
  ],
  [
    "the only one is degraded",
    world([zone("a", 1, { degraded: many(1, "latency") })]),
    "degraded",
    `the only node reachable, but degraded by latency since ${t}`,
  ],
  [
    "most of a zone is degraded",
    world([zone("a", 300), zone("b", 12, { degraded: retransmits(9) })]),
    "degraded",
    `all 312 nodes reachable, but 9 of 12 nodes of zone b degraded by SYN retransmits since ${t}`,
  ],
  [
    "some are degraded by this and that",
    world([zone("a", 300, { degraded: [...retransmits(10), ...many(2, "loss")] })]),
    "degraded",
    `all 300 nodes reachable, 12 of them degraded (10 by SYN retransmits, 2 by lost handshakes) since ${t}`,
  ],
  [
    "some are gone, some degraded",
    world([zone("a", 300, { degraded: retransmits(10) }), zone("b", 12, { unreachable: down(12) })]),
    "unreachable",
    `12 of 12 nodes of zone b unreachable since ${t}`,
    `10 of 300 nodes of zone a degraded by SYN retransmits since ${t}`,
  ],
];

describe("the headline where", () => {
  for (const [name, of, condition, text, ...more] of cases) {
    test(name, () => assert.deepEqual(headline(of), { condition, text, more }));
  }

  test("ten zones are gone is no longer than a person reads", () => {
    const zones = Array.from({ length: 10 }, (_, index) => zone(`z${index}`, 10, { unreachable: down(10) }));
    const { more } = headline(world([...zones, zone("well", 10)]));
    assert.deepEqual([more.length, more.at(-1)], [6, "and 4 more"]);
  });
});
