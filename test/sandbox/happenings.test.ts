import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { type Cast, castFor, demoNotReadyAfterMs, happenings, playHappenings } from "../../src/sandbox/happenings.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** Moves time in small steps and gives the sockets and threads of each step their turn. */
async function play(clock: FakeClock, until: () => boolean): Promise<void> {
  await eventually("the script goes on", async () => {
    await clock.advance(500);
    return until();
  });
}

test("one round tells of everything that the demo promises, the first thing after 6 s", async () => {
  const clock = new FakeClock();
  const startMs = clock.nowMs();
  const told: { atMs: number; line: string }[] = [];
  const announce = (line: string) => told.push({ atMs: clock.nowMs() - startMs, line });
  const sandbox = await startSandbox({ clock, announce, notReadyAfterMs: demoNotReadyAfterMs });
  const end = new AbortController();
  const played = playHappenings(sandbox, { clock, signal: end.signal, announce });
  try {
    await play(clock, () => told.some(({ line }) => line.includes("answers as it should again")));
    const expected = [
      /^kubelet of \S+ stops/,
      /is back/,
      /goes dark/,
      /calls it NotReady$/,
      /is back/,
      /joins the cluster at 127/,
      /changes its address: 127\S+ becomes 127/,
      /leaves the cluster/,
      /answers every request with 500, for 8 s/,
      /as it should again/,
    ];
    assert.equal(told.length, expected.length, JSON.stringify(told));
    for (const [index, pattern] of expected.entries()) assert.match(told[index]?.line ?? "", pattern);
    const first = told[0]?.atMs ?? 0;
    assert.ok(first >= 6_000 && first < 8_000, `the first came after ${first} ms`);
    assert.equal(sandbox.nodeNames().length, 12);
  } finally {
    end.abort();
    await played;
    await sandbox.stop();
  }
  assert.equal(clock.pendingTimers, 0);
});

test("playHappenings goes on when something cannot happen, round after round, until it is aborted", async () => {
  const clock = new FakeClock();
  const problems: string[] = [];
  const rounds: Cast[] = [];
  const end = new AbortController();
  const sandbox = { nodeNames: () => ["a", "b", "c", "d"] } as unknown as Sandbox;
  const script = [
    {
      afterMs: 1_000,
      do: async (_: Sandbox, cast: Cast) => {
        rounds.push(cast);
        return { ok: false, problem: "no such node" } as const;
      },
    },
  ];
  const played = playHappenings(sandbox, {
    clock,
    signal: end.signal,
    announce: (line) => problems.push(line),
    script,
  });
  await play(clock, () => rounds.length === 2);
  end.abort();
  await played;
  assert.equal(problems.length, 2);
  assert.notDeepEqual(rounds[0], rounds[1]);
});

test("a round of the script is about 75 s, and the cast are four different nodes", () => {
  const sumMs = happenings.reduce((sum, { afterMs }) => sum + afterMs, 0);
  assert.ok(sumMs > 50_000 && sumMs < 70_000);
  for (let round = 0; round < 12; round++) {
    const cast = castFor(
      Array.from({ length: 12 }, (_, index) => `n${index}`),
      round,
    );
    assert.equal(new Set(Object.values(cast)).size, 4);
  }
});
