import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { skipWithout } from "../support/need.ts";
import { type NodeState, seriesOf, type World } from "./world.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "deploy/prometheus");
const ruleFiles = readdirSync(folder).filter((name) => name.endsWith(".rules.yaml"));

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rules = ruleFiles.flatMap((file) => {
  const { groups } = parse(readFileSync(join(folder, file), "utf8")) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
});
const alerts = rules.flatMap(({ alert }) => alert ?? []);

const zones = ["a", "b", "c"];
const nodes = zones.flatMap((zone) => [1, 2, 3].map((index) => `${zone}/${zone}${index}`));
const during = (from: number, until: number, state: NodeState) => (minute: number) =>
  minute >= from && minute < until ? state : undefined;
const timeout: NodeState = { result: "timeout" };
const refused: NodeState = { result: "refused" };
const gone: NodeState = { result: "gone" };

/** Labels that a target of a ServiceMonitor or a PodMonitor has beside job and instance. */
const kubernetesLabels = ',namespace="monitoring",pod="pingo-0",service="pingo",endpoint="metrics",container="pingo"';

/** What fires at some minute of a world: alert, and zone or node where it has them, a space between. */
interface Case {
  readonly name: string;
  readonly world: Partial<World>;
  readonly fires: readonly (readonly [minute: number, alerts: readonly string[]])[];
  /** The legacy rules tell of the same in their own way. */
  readonly legacy?: readonly (readonly [minute: number, alerts: readonly string[]])[];
}

const one =
  (node: string, state: (minute: number) => NodeState | undefined) => (name: string, _zone: string, minute: number) =>
    name === node ? state(minute) : undefined;
const of =
  (alert: string) =>
  (minute: number): readonly [number, readonly string[]] => [minute, [alert]];
const whole =
  (zone: string, state: (minute: number) => NodeState | undefined) => (_name: string, of: string, minute: number) =>
    of === zone ? state(minute) : undefined;

const cases: readonly Case[] = [
  {
    name: "a quiet network",
    world: { minutes: 60 },
    fires: [
      [10, []],
      [30, []],
      [60, []],
    ],
    legacy: [[30, []]],
  },
  {
    name: "a node that is dark for ten minutes",
    world: { minutes: 60, state: one("a1", during(20, 30, timeout)) },
    fires: [
      [21, []],
      [27, ["PingoNodeUnreachable a a1"]],
      [31, ["PingoNodeUnreachable a a1"]],
      [37, []],
      [60, []],
    ],
    legacy: [
      [21, []],
      [27, ["PingoLegacyNodeUnreachable a1"]],
      [60, []],
    ],
  },
  {
    name: "a node that is dark for a minute and a half",
    world: { minutes: 40, state: one("a1", during(20, 21.5, timeout)) },
    fires: [
      [21, []],
      [23, []],
      [25, []],
      [30, []],
      [40, []],
    ],
  },
  {
    name: "a node that is dark for four minutes, back for half of one, and dark again: one alert, without a gap",
    world: {
      minutes: 40,
      state: one("a1", (minute) =>
        minute >= 10 && minute < 30 && !(minute >= 17 && minute < 17.5) ? timeout : undefined,
      ),
    },
    fires: [16, 17, 18, 19, 20, 22, 25, 29].map((minute) => [minute, ["PingoNodeUnreachable a a1"]]),
  },
  {
    name: "a node that is dark and NotReady: the cluster knows",
    world: { minutes: 40, state: one("a1", during(20, 40, { ...timeout, ready: false })) },
    fires: [
      [25, []],
      [30, []],
      [40, []],
    ],
  },
  {
    name: "a kubelet that is stopped on a node that is still Ready",
    world: { minutes: 40, state: one("b2", during(20, 30, refused)) },
    fires: [
      [21, []],
      [27, ["PingoKubeletRefuses b b2"]],
      [37, []],
    ],
  },
  {
    name: "a kubelet that dies, and its node NotReady 45 s later",
    world: {
      minutes: 40,
      state: one("b2", (minute) =>
        minute >= 20 && minute < 30 ? { result: "refused", ready: minute < 20.75 } : undefined,
      ),
    },
    fires: [
      [21, []],
      [27, ["PingoKubeletRefuses b b2"]],
      [37, []],
    ],
  },
  {
    name: "a node that refuses at times and is silent at others: one alert, since its host answers",
    world: {
      minutes: 50,
      state: one("b2", (minute) =>
        minute >= 20 && minute < 40 ? ((minute * 4) % 2 === 0 ? refused : timeout) : undefined,
      ),
    },
    fires: [
      [21, []],
      [27, ["PingoKubeletRefuses b b2"]],
      [39, ["PingoKubeletRefuses b b2"]],
      [50, []],
    ],
  },
  {
    name: "a node that is dark and NotReady, and is taken away",
    world: {
      minutes: 50,
      state: one("a1", (minute) => {
        if (minute >= 30) return gone;
        return minute >= 20 ? { result: "timeout", ready: minute < 20.75 } : undefined;
      }),
    },
    fires: [25, 30, 31, 32, 33, 34, 40].map((minute) => [minute, []]),
  },
  {
    name: "a node whose kubelet is dead, and which is taken away",
    world: {
      minutes: 50,
      state: one("a1", (minute) => {
        if (minute >= 30) return gone;
        return minute >= 28 ? { result: "refused", ready: minute < 28.75 } : undefined;
      }),
    },
    fires: [29, 31, 32, 33, 34, 40].map((minute) => [minute, []]),
  },
  {
    name: "everything refused: somebody near answers for all",
    world: { minutes: 50, state: (_node, _zone, minute) => during(20, 30, refused)(minute) },
    fires: [
      [20, []],
      [25, ["PingoEverythingUnreachable"]],
      [33, ["PingoEverythingUnreachable"]],
      [45, []],
    ],
  },
  {
    name: "a host of a file that is dark",
    world: { minutes: 60, isFile: true, state: one("a1", during(20, 30, timeout)) },
    fires: [
      [21, []],
      [27, ["PingoNodeUnreachable a a1"]],
      [37, []],
      [60, []],
    ],
  },
  {
    name: "a host of a file that refuses",
    world: { minutes: 40, isFile: true, state: one("a1", during(20, 30, refused)) },
    fires: [
      [21, []],
      [27, ["PingoKubeletRefuses a a1"]],
      [37, []],
    ],
  },
  {
    name: "a host of a file that answers two handshakes of three",
    world: {
      minutes: 90,
      isFile: true,
      state: one("a3", (minute) => (minute >= 20 && minute < 50 && (minute * 4) % 3 === 0 ? timeout : undefined)),
    },
    fires: [
      [19, []],
      [45, ["PingoNodeIntermittent a a3"]],
      [90, []],
    ],
  },
  {
    name: "a zone of a file that cannot be reached",
    world: { minutes: 60, isFile: true, state: whole("b", during(20, 30, timeout)) },
    fires: [
      [20, []],
      [25, ["PingoZoneUnreachable b"]],
      [40, []],
      [60, []],
    ],
  },
  {
    name: "a zone of a file that cannot be reached, without series of nodes",
    world: { minutes: 60, isFile: true, isMinimal: true, state: whole("b", during(20, 30, timeout)) },
    fires: [
      [20, []],
      [25, ["PingoZoneUnreachable b"]],
      [40, []],
      [60, []],
    ],
  },
  {
    name: "two hosts in all, both dark: too few to say that it is everything",
    world: { minutes: 40, isFile: true, nodes: ["a/a1", "a/a2"], state: whole("a", during(20, 30, timeout)) },
    fires: [
      [20, []],
      [25, ["PingoZoneUnreachable a"]],
      [40, []],
    ],
  },
  {
    name: "zones of one node each, and everything dark",
    world: {
      minutes: 50,
      nodes: ["a/a1", "b/b1", "c/c1"],
      state: (_node, _zone, minute) => during(20, 30, timeout)(minute),
    },
    fires: [
      [20, []],
      [28, ["PingoEverythingUnreachable"]],
      [32, ["PingoEverythingUnreachable"]],
      [40, []],
    ],
  },
  {
    name: "a kubelet that restarts",
    world: { minutes: 40, state: one("b2", during(20, 21.5, refused)) },
    fires: [
      [21, []],
      [23, []],
      [25, []],
      [30, []],
    ],
  },
  {
    name: "a zone that cannot be reached: one alert, not four",
    world: { minutes: 60, state: whole("b", during(20, 30, timeout)) },
    fires: [
      [20, []],
      [25, ["PingoZoneUnreachable b"]],
      [31, ["PingoZoneUnreachable b"]],
      [38, []],
      [60, []],
    ],
  },
  {
    name: "a zone that cannot be reached, without series of nodes",
    world: { minutes: 60, isMinimal: true, state: whole("b", during(20, 30, timeout)) },
    fires: [
      [20, []],
      [25, ["PingoZoneUnreachable b"]],
      [38, []],
      [60, []],
    ],
  },
  {
    name: "a zone that is dark for five minutes and back for five: one alert, without a gap",
    // At the edge of what is intermittent: more than half of the time.
    world: {
      minutes: 60,
      stepMinutes: 0.25,
      state: whole("b", (minute) => (minute >= 10 && minute % 10 < 5 ? timeout : undefined)),
    },
    fires: [[11, []], ...[13, 16, 18, 20, 21, 22, 28, 31, 38, 41].map(of("PingoZoneUnreachable b"))],
  },
  {
    name: "a zone that flaps, without series of nodes: one alert, without a gap",
    world: {
      minutes: 60,
      isMinimal: true,
      state: whole("b", (minute) => (minute >= 10 && minute % 10 < 5 ? timeout : undefined)),
    },
    fires: [[11, []], ...[13, 16, 18, 20, 21, 22, 28, 31, 38, 41].map(of("PingoZoneUnreachable b"))],
  },
  {
    name: "a zone that is dark for a minute of every ten",
    world: { minutes: 60, state: whole("b", (minute) => (minute >= 10 && minute % 10 < 1 ? timeout : undefined)) },
    fires: [11, 12, 13, 21, 22, 33, 60].map((minute) => [minute, []]),
  },
  {
    name: "everything that is dark for five minutes and back for five: one alert, without a gap",
    // At the edge of what is intermittent: more than half of the time.
    world: {
      minutes: 60,
      stepMinutes: 0.25,
      state: (_node, _zone, minute) => (minute >= 10 && minute % 10 < 5 ? timeout : undefined),
    },
    fires: [[10, []], ...[12, 16, 18, 20, 21, 22, 28, 31, 38, 41].map(of("PingoEverythingUnreachable"))],
  },
  {
    name: "a zone of three, one node dark and Ready and one dark and NotReady: a node, not a zone",
    world: {
      minutes: 60,
      state: (node, _zone, minute) => {
        if (minute < 20 || minute >= 40) return;
        if (node === "b1") return timeout;
        return node === "b2" ? { ...timeout, ready: false } : undefined;
      },
    },
    fires: [
      [21, []],
      [30, ["PingoNodeUnreachable b b1"]],
      [39, ["PingoNodeUnreachable b b1"]],
      [50, []],
    ],
  },
  {
    name: "a zone of three, one node dark and Ready and one dark and NotReady, without series of nodes",
    world: {
      minutes: 60,
      isMinimal: true,
      state: (node, _zone, minute) => {
        if (minute < 20 || minute >= 40) return;
        if (node === "b1") return timeout;
        return node === "b2" ? { ...timeout, ready: false } : undefined;
      },
    },
    fires: [25, 30, 39, 50].map((minute) => [minute, []]),
  },
  {
    name: "a zone of three, two nodes dark and Ready and one dark and NotReady",
    world: {
      minutes: 60,
      state: (node, zone, minute) =>
        zone === "b" ? during(20, 40, { ...timeout, ready: node !== "b3" })(minute) : undefined,
    },
    fires: [
      [30, ["PingoZoneUnreachable b"]],
      [50, []],
    ],
  },
  {
    name: "a zone that is down, and its nodes NotReady",
    world: { minutes: 60, state: whole("b", during(20, 30, { ...timeout, ready: false })) },
    fires: [
      [25, []],
      [29, []],
      [38, []],
    ],
  },
  {
    name: "everything dark: it is the place where PinGo runs",
    world: { minutes: 60, state: (_node, _zone, minute) => during(20, 30, timeout)(minute) },
    fires: [
      [20, []],
      [25, ["PingoEverythingUnreachable"]],
      // Nor does a zone begin to fire as all of them come back.
      ...[30.5, 31, 31.5, 32, 33].map(of("PingoEverythingUnreachable")),
      [38, []],
    ],
  },
  {
    name: "this machine at fault",
    world: { minutes: 60, state: (_node, _zone, minute) => during(20, 30, { result: "local" })(minute) },
    fires: [
      [21, []],
      [25, ["PingoLocalFaults"]],
      [29, ["PingoLocalFaults"]],
      [45, []],
    ],
  },
  {
    name: "this machine at fault towards one node, without series of nodes",
    world: { minutes: 60, isMinimal: true, state: one("a1", during(20, 30, { result: "local" })) },
    fires: [
      [21, []],
      [25, ["PingoLocalFaults"]],
      [45, []],
    ],
  },
  {
    name: "a machine that is at fault for a moment",
    world: { minutes: 60, state: (_node, _zone, minute) => during(20, 20.25, { result: "local" })(minute) },
    fires: [21, 23, 24, 30].map((minute) => [minute, []]),
  },
  {
    // A handshake that was under way when the zone came back had sent its SYN again and again, and is answered.
    name: "a large zone that comes back, a handshake under way with each of its nodes: no lossy way",
    world: {
      minutes: 56,
      nodes: ["a/a1", ...Array.from({ length: 15 }, (_, index) => `d/d${index}`)],
      state: whole("d", (minute) =>
        minute === 40 ? { result: "ok", retransmits: 4 } : during(20, 40, timeout)(minute),
      ),
    },
    fires: [[39, ["PingoZoneUnreachable d"]], ...[48, 50, 52, 56].map((minute) => [minute, []] as const)],
  },
  {
    name: "a lossy way to a zone",
    world: { minutes: 80, state: whole("c", during(20, 50, { result: "ok", retransmits: 0.25 })) },
    fires: [
      [19, []],
      [21, []],
      [40, ["PingoZoneSynRetransmits c"]],
      [80, []],
    ],
  },
  {
    name: "a lossy way to a zone, without series of nodes",
    world: { minutes: 80, isMinimal: true, state: whole("c", during(20, 50, { result: "ok", retransmits: 0.25 })) },
    fires: [
      [19, []],
      [40, ["PingoZoneSynRetransmits c"]],
      [80, []],
    ],
  },
  {
    name: "a lossy way to one node",
    world: { minutes: 80, state: one("c1", during(20, 50, { result: "ok", retransmits: 0.25 })) },
    fires: [
      [19, []],
      [40, ["PingoNodeSynRetransmits c c1"]],
      [80, []],
    ],
  },
  {
    name: "a single SYN sent again now and then",
    world: {
      minutes: 60,
      state: one("c1", (minute) => (minute % 20 === 0 ? { result: "ok", retransmits: 1 } : undefined)),
    },
    fires: [
      [20, []],
      [40, []],
      [60, []],
    ],
  },
  {
    name: "a node that answers two handshakes of three",
    world: {
      minutes: 90,
      state: one("a3", (minute) => (minute >= 20 && minute < 50 && (minute * 4) % 3 === 0 ? timeout : undefined)),
    },
    fires: [
      [19, []],
      [45, ["PingoNodeIntermittent a a3"]],
      [90, []],
    ],
  },
  {
    name: "an API that is away for ten minutes",
    world: {
      minutes: 40,
      apiUp: (minute) => minute < 10 || minute >= 20,
      syncAge: (minute) => (minute < 10 || minute >= 20 ? 0 : (minute - 10) * 60),
    },
    fires: [
      [11, []],
      [15, ["PingoApiUnreachable"]],
      [19, ["PingoApiUnreachable"]],
      [26, []],
      [40, []],
    ],
    legacy: [
      [11, []],
      [19, ["PingoLegacyApiUnreachable"]],
      [40, []],
    ],
  },
  {
    name: "an API that fails every other time",
    world: { minutes: 40, apiUp: (minute) => (minute * 4) % 2 === 0 },
    fires: [
      [20, []],
      [40, []],
    ],
    legacy: [
      [20, []],
      [40, []],
    ],
  },
  {
    name: "an API that answers and lets nobody know its nodes",
    world: { minutes: 60, syncAge: (minute) => (minute < 20 || minute >= 40 ? 0 : (minute - 20) * 60) },
    fires: [
      [24, []],
      [30, ["PingoApiStale"]],
      [45, []],
      [60, []],
    ],
  },
  {
    name: "a PinGo that is late",
    world: { minutes: 60, lag: (minute) => (minute >= 20 && minute < 40 ? 0.7 : 0.0008) },
    fires: [
      [21, []],
      [35, ["PingoLate"]],
      [60, []],
    ],
  },
  {
    name: "a PinGo that is late for a minute",
    world: { minutes: 40, lag: (minute) => (minute >= 20 && minute < 21 ? 0.7 : 0.0008) },
    fires: [
      [22, []],
      [26, []],
      [30, []],
    ],
  },
  {
    name: "a PinGo that leaves handshakes out",
    world: { minutes: 60, skips: (minute) => (minute >= 20 && minute < 40 ? 0.1 : 0) },
    fires: [
      [21, []],
      [35, ["PingoOverloaded"]],
      [60, []],
    ],
  },
  {
    name: "a history whose disk is full for ten minutes, and which loses nothing",
    world: { minutes: 60, history: (minute) => ({ isOk: minute < 20 || minute >= 30 }) },
    fires: [
      [21, []],
      [24, []],
      [27, ["PingoHistoryFailing"]],
      [31, ["PingoHistoryFailing"]],
      [37, []],
    ],
  },
  {
    name: "a history whose disk hangs every now and then, for a minute",
    world: { minutes: 60, history: (minute) => ({ isOk: minute % 10 >= 1 }) },
    fires: [5, 11, 21, 31, 45, 60].map((minute) => [minute, []]),
  },
  {
    name: "a history that has to let a minute go, and says between whiles that all is well",
    world: { minutes: 60, history: (minute) => ({ droppedMinutes: minute >= 20 ? 1 : 0 }) },
    fires: [
      [22, []],
      [25, ["PingoHistoryFailing"]],
      [34, ["PingoHistoryFailing"]],
      [42, []],
      [60, []],
    ],
  },
  {
    // 36 handshakes a minute.
    name: "a history whose thread dies with the handshakes of a minute",
    world: { minutes: 60, history: (minute) => ({ droppedHandshakes: minute >= 20 ? 36 : 0 }) },
    fires: [
      [22, []],
      [25, ["PingoHistoryFailing"]],
      [42, []],
    ],
  },
  {
    name: "a history that has lost three handshakes of five hundred",
    world: { minutes: 60, history: (minute) => ({ droppedHandshakes: minute >= 20 ? 3 : 0 }) },
    fires: [22, 25, 30, 60].map((minute) => [minute, []]),
  },
  {
    name: "a history that finds its file damaged as PinGo is started: told for an hour, and no longer",
    world: { minutes: 120, nodes: ["a/a1"], history: () => ({ damagedFiles: 1 }) },
    fires: [
      [2, []],
      [5, ["PingoHistoryFailing"]],
      [60, ["PingoHistoryFailing"]],
      [67, []],
      [120, []],
    ],
  },
  {
    name: "a history whose file is damaged again each time that PinGo is started",
    world: {
      minutes: 150,
      nodes: ["a/a1"],
      startedAt: (minute) => (minute >= 80 ? 80 : 0),
      history: () => ({ damagedFiles: 1 }),
    },
    fires: [
      [5, ["PingoHistoryFailing"]],
      [75, []],
      [85, ["PingoHistoryFailing"]],
      [150, []],
    ],
  },
  {
    name: "a history whose file is damaged while PinGo runs",
    world: { minutes: 160, nodes: ["a/a1"], history: (minute) => ({ damagedFiles: minute >= 70 ? 1 : 0 }) },
    fires: [
      [69, []],
      [75, ["PingoHistoryFailing"]],
      [125, ["PingoHistoryFailing"]],
      [140, []],
    ],
  },
  {
    name: "a PinGo that is gone",
    world: { minutes: 60, isThere: (minute) => minute < 20 || minute >= 40 },
    fires: [
      [19, []],
      [24, []],
      [27, ["PingoGone"]],
      [42, []],
      [60, []],
    ],
  },
  {
    name: "one of three PinGos that fails, and is there again",
    world: {
      minutes: 60,
      nodes: ["a/a1"],
      others: { "b:8080": () => "there", "c:8080": (minute) => (minute >= 20 && minute < 40 ? "failing" : "there") },
    },
    fires: [
      [19, []],
      [24, []],
      [27, ["PingoGone"]],
      [39, ["PingoGone"]],
      [42, []],
    ],
  },
  {
    name: "a PinGo whose pod another one replaces, under another instance",
    world: {
      minutes: 180,
      nodes: ["a/a1"],
      others: {
        "10.0.0.1:8080": (minute) => (minute < 20 ? "there" : minute < 21 ? "failing" : "gone"),
        "10.0.0.2:8080": (minute) => (minute < 21 ? "gone" : minute < 22 ? "failing" : "there"),
      },
    },
    fires: [21, 22, 27, 40, 90, 180].map((minute) => [minute, []]),
  },
  {
    name: "a rollout of five PinGos, two minutes without each",
    world: {
      minutes: 90,
      nodes: ["a/a1"],
      others: Object.fromEntries(
        [0, 1, 2, 3, 4].flatMap((index) => [
          [`10.0.0.${index}:8080`, (minute: number) => (minute < 30 + 2 * index ? "there" : "gone")],
          [`10.0.1.${index}:8080`, (minute: number) => (minute >= 32 + 2 * index ? "there" : "gone")],
        ]),
      ),
    },
    fires: [31, 36, 40, 42, 45, 60, 90].map((minute) => [minute, []]),
  },
  {
    name: "one of two PinGos whose pod goes and finds no other place: told for three quarters of an hour",
    world: {
      minutes: 300,
      nodes: ["a/a1"],
      others: { "10.0.0.1:8080": (minute) => (minute < 150 ? "there" : "gone") },
    },
    fires: [
      [149, []],
      [160, []],
      [168, ["PingoFewer"]],
      [205, ["PingoFewer"]],
      [220, []],
      [300, []],
    ],
  },
  {
    name: "a PinGo that was never there",
    world: { minutes: 30, isThere: () => false },
    fires: [
      [4, []],
      [10, ["PingoGone"]],
      [30, ["PingoGone"]],
    ],
  },
  {
    name: "a way that is longer than it was",
    world: {
      minutes: 1_560,
      stepMinutes: 1,
      nodes: ["a/a1", "b/b1"],
      rtt: (minute) => (minute >= 1_480 ? 0.004 : 0.00015),
    },
    fires: [
      [1_470, []],
      [1_520, ["PingoLatencyShift a", "PingoLatencyShift b"]],
    ],
  },
  {
    name: "a way that is longer by a trifle",
    world: {
      minutes: 1_560,
      stepMinutes: 1,
      nodes: ["a/a1", "b/b1"],
      rtt: (minute) => (minute >= 1_480 ? 0.0004 : 0.00015),
    },
    fires: [
      [1_470, []],
      [1_520, []],
      [1_560, []],
    ],
  },
  {
    name: "a long way that a PinGo of yesterday does not know better",
    world: { minutes: 100, stepMinutes: 1, rtt: (minute) => (minute >= 40 ? 0.004 : 0.00015) },
    fires: [
      [60, []],
      [80, []],
      [100, []],
    ],
  },
];

/** Every so many worlds are played without a target's labels as well: with them is the harder case. */
const plainEvery = 4;

describe("Prometheus' rules", { skip: skipWithout("promtool"), concurrency: 2 }, () => {
  let scratch: string;

  before(() => {
    scratch = mkdtempSync(join(tmpdir(), "pingo-rules-"));
  });
  after(() => rmSync(scratch, { recursive: true }));

  const promtool = async (...args: string[]) => {
    // Collecting its garbage, side by side on all cores, takes it a quarter of its time.
    const child = spawn("promtool", args, { env: { ...process.env, GOGC: "1000", GOMAXPROCS: "1" } });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    const [status] = await once(child, "close");
    assert.equal(status, 0, said.slice(0, 4_000));
  };

  test("are sound in promtool's eyes", () =>
    promtool("check", "rules", ...ruleFiles.map((file) => join(folder, file))));

  for (const [index, { name, world, fires, legacy = [] }] of cases.entries()) {
    test(`on ${name}: exactly what is to fire`, async () => {
      const whole: World = { minutes: 60, nodes, ...world };
      const looks = [
        ...fires.map(([minute, expected]) => look(minute, expected, 'alertname!~"PingoLegacy.*",')),
        ...legacy.map(([minute, expected]) => look(minute, expected, 'alertname=~"PingoLegacy.*",')),
      ];
      const file = join(scratch, `${index}.yaml`);
      const step = whole.stepMinutes ?? 0.25;
      // Scraped each 15 s and evaluated each 30, as many do; a world with a step of its own at each of its steps.
      const everySeconds = whole.stepMinutes === undefined ? 30 : step * 60;
      const content = {
        rule_files: ruleFiles.map((rules) => join(folder, rules)),
        evaluation_interval: `${everySeconds}s`,
        // As on Kubernetes, where every series carries labels of its target as well.
        tests: [kubernetesLabels, ...(index % plainEvery === 0 ? [""] : [])].map((labels) => ({
          interval: `${step * 60}s`,
          input_series: seriesOf(whole, labels),
          promql_expr_test: looks,
        })),
      };
      writeFileSync(file, stringify(content, { lineWidth: 0 }));
      await promtool("test", "rules", file);
    });
  }
});

/** What fires at that minute, as a question that promtool asks. */
function look(minute: number, expected: readonly string[], of: string) {
  const labels = expected.map((text) => {
    const [alertname = "", zone, node] = text.split(" ");
    if (alertname.startsWith("PingoLegacy")) return { alertname, ...(zone !== undefined && { name: zone }) };
    return { alertname, ...(zone !== undefined && { zone }), ...(node !== undefined && { node }) };
  });
  const by = of.includes("=~") ? "alertname, name" : "alertname, zone, node";
  return {
    expr: `count by (${by}) (ALERTS{${of}alertstate="firing"})`,
    eval_time: `${Math.round(minute * 60)}s`,
    exp_samples: labels.map((label) => {
      const withName = label.alertname === "PingoLegacyApiUnreachable" ? { ...label, name: "API" } : label;
      const text = Object.entries(withName).map(([name, value]) => `${name}="${value}"`);
      return { labels: `{${text.join(",")}}`, value: 1 };
    }),
  };
}

test("each alert fires in some case, and is quiet in another", () => {
  const expectations = cases.flatMap(({ fires, legacy = [] }) => [...fires, ...legacy].map(([, names]) => names));
  const fired = new Set(expectations.flat().map((text) => text.split(" ")[0]));
  assert.deepEqual([...alerts].toSorted(), [...fired].toSorted());
  assert.ok(cases.some(({ fires }) => fires.every(([, names]) => names.length === 0)));
});

test("each alert has its runbook, and each runbook its alert", () => {
  const pages = readdirSync(join(root, "docs/runbooks")).filter((name) => name !== "README.md");
  assert.deepEqual(pages.toSorted(), alerts.map((alert) => `${alert}.md`).toSorted());
  for (const { alert, annotations } of rules) {
    if (alert === undefined) continue;
    assert.equal(annotations?.runbook_url, `docs/runbooks/${alert}.md`);
    assert.ok(existsSync(join(root, annotations.runbook_url)));
    assert.match(annotations.summary ?? "", /\S/);
    assert.match(annotations.description ?? "", /\S/);
  }
});
