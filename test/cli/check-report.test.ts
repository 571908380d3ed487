import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { median, reportNode, reportToJson } from "../../src/cli/check-report.ts";
import { checkText } from "../../src/cli/check-text.ts";
import type { ListedNode } from "../../src/cli/list-targets.ts";
import type { Outcome, Result } from "../../src/outcome.ts";
import { makeNode } from "../support/make-node.ts";
import { makeTarget } from "../support/make-target.ts";

/** Outcomes of a few words: a number is a reply after so many microseconds, `-` one whose time is not known. */
function outcomes(words: string): Outcome[] {
  const handshake = { probe: "tcp", path: 0, startedMs: 0 } as const;
  return words
    .split(" ")
    .filter((word) => word !== "")
    .map((word): Outcome => {
      if (word === "-") return { ...handshake, result: "ok", connectUs: undefined };
      if (/^\d+$/.test(word)) return { ...handshake, result: "ok", connectUs: Number(word) };
      return { ...handshake, result: word as Exclude<Result, "ok">, code: "E" };
    });
}

const target = makeTarget({ node: "node-1" });
const facts = makeNode({
  name: "node-1",
  zone: "z",
  ready: { status: "False", reason: "KubeletNotReady", since: "2026-01-01T00:00:00Z" },
});
const node: ListedNode = { ...facts, cluster: "c", outcome: { state: "probed", targets: [target] } };
const report = (words: string) => reportNode(node, target, outcomes(words));

describe("what is said of a node", () => {
  for (const [words, verdict, result, medianUs, worstUs] of [
    ["100 300 200", "reachable", "ok", 200, 300],
    // Sorted as numbers, not as text.
    ["900 1000 80", "reachable", "ok", 900, 1_000],
    ["100 200 300 1000", "reachable", "ok", 250, 1_000],
    ["100", "reachable", "ok", 100, 100],
    ["-", "reachable", "ok", undefined, undefined],
    ["- 100 -", "reachable", "ok", 100, 100],
    ["100 timeout 200", "lossy", "timeout", 150, 200],
    ["100 refused", "lossy", "refused", 100, 100],
    ["100 200 300 timeout refused refused", "lossy", "refused", 200, 300],
    ["timeout timeout", "unreachable", "timeout", undefined, undefined],
    ["refused", "unreachable", "refused", undefined, undefined],
    ["reset", "unreachable", "reset", undefined, undefined],
    ["unreachable", "unreachable", "unreachable", undefined, undefined],
    ["timeout refused refused", "unreachable", "refused", undefined, undefined],
    // `local` is never counted against the target.
    ["local local", "unknown", "local", undefined, undefined],
    ["100 local local", "reachable", "ok", 100, 100],
    ["timeout local local", "unreachable", "timeout", undefined, undefined],
    ["100 timeout local local", "lossy", "timeout", 100, 100],
    ["", "untried", undefined, undefined, undefined],
  ] as const) {
    test(`"${words}": ${verdict}, ${result}`, () => {
      const { verdict: saidVerdict, result: saidResult, medianUs: saidMedian, worstUs: saidWorst } = report(words);
      assert.deepEqual([saidVerdict, saidResult, saidMedian, saidWorst], [verdict, result, medianUs, worstUs]);
    });
  }
});

test("of two failures equally common the same is named whatever their order", () => {
  assert.equal(report("timeout refused").result, report("refused timeout").result);
});

test("the JSON has seconds, every result, and null where nothing was measured", () => {
  assert.deepEqual(reportToJson(report("1000 3000 timeout local")), {
    cluster: "c",
    node: "node-1",
    zone: "z",
    target: "192.0.2.1:10250",
    addressType: "InternalIP",
    port: "kubelet",
    ready: "False",
    readyReason: "KubeletNotReady",
    verdict: "lossy",
    result: "timeout",
    handshakes: 4,
    results: { ok: 2, timeout: 1, refused: 0, reset: 0, unreachable: 0, local: 1 },
    codes: { timeout: { E: 1 }, local: { E: 1 } },
    medianSeconds: 0.002,
    worstSeconds: 0.003,
    rttSeconds: null,
    synRetransmits: null,
  });
  const nothing = JSON.parse(JSON.stringify(reportToJson(report("refused"))));
  assert.deepEqual([nothing.medianSeconds, nothing.worstSeconds], [null, null]);
});

test("the median of nothing is nothing", () => assert.equal(median([]), undefined));

describe("what the kernel saw", () => {
  const seen: Outcome[] = [
    { probe: "tcp", path: 0, startedMs: 0, result: "ok", connectUs: 900, rttUs: 300, synSent: 1 },
    { probe: "tcp", path: 0, startedMs: 0, result: "ok", connectUs: 400, rttUs: 100, synSent: 1 },
    // Of a SYN that was sent again there is no round trip.
    { probe: "tcp", path: 0, startedMs: 0, result: "ok", connectUs: 1_000_900, synSent: 2 },
    { probe: "tcp", path: 0, startedMs: 0, result: "timeout", code: "DEADLINE", synSent: 3 },
    // No SYN left this machine.
    { probe: "tcp", path: 0, startedMs: 0, result: "local", code: "EMFILE", synSent: 0 },
  ];

  test("is in the report: round trips, and SYNs sent again", () => {
    const { rttUs, synRetransmits } = reportNode(node, target, seen);
    assert.deepEqual([rttUs, synRetransmits], [{ min: 100, median: 200, max: 300 }, 3]);
    const { rttSeconds } = reportToJson(reportNode(node, target, seen));
    assert.deepEqual(rttSeconds, { min: 0.0001, median: 0.0002, max: 0.0003 });
  });

  test("is in the wide table alone", () => {
    const style = { notProbed: 0, selector: "", engine: "kernel", paint: (_: string, text: string) => text };
    const reports = [reportNode(node, target, seen)];
    const wide = checkText(reports, { ...style, isWide: true });
    assert.match(wide, /ADDRESS TYPE .*RTT MIN +RTT MEDIAN +RTT MAX +SYN RETRANSMITS +ENGINE\n/);
    assert.match(wide, /InternalIP +kubelet .* 0\.100 ms +0\.200 ms +0\.300 ms +3 +kernel\n/);
    assert.match(
      checkText([report("100")], { ...style, engine: "portable", isWide: true }),
      / - +- +- +- +portable\n/,
      "an engine that cannot see it has measured nothing, which is not zero",
    );
    assert.ok(!/RTT|ENGINE/.test(checkText(reports, { ...style, isWide: false })));
  });
});
