import assert from "node:assert/strict";
import { test } from "node:test";
import { type Episode, inWords, isMishap, kindOf, planEpisodes } from "./faults.ts";
import { Random } from "./random.ts";

function plan(seed: number, count = 200): Episode[] {
  return planEpisodes(new Random(seed)).take(count).toArray();
}

test("a seed gives one plan, another seed another", () => {
  assert.deepEqual(plan(1), plan(1));
  assert.notDeepEqual(plan(1), plan(2));
});

test("episodes last 1 to 6 seconds", () => {
  for (const { steps } of plan(3)) {
    const ms = steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
    assert.ok(ms >= 1_000 && ms <= 6_000, `${ms} ms`);
  }
});

test("every kind has its turn before one comes again", () => {
  const names = plan(4)
    .flatMap(({ steps }) => steps)
    .map(({ what }) => kindOf(what));
  const kinds = new Set(names);
  assert.equal(kinds.size, 23);
  assert.equal(new Set(names.slice(0, kinds.size)).size, kinds.size);
});

test("can be held to some kinds, and says which there are", () => {
  const only = ["html", "status 403"];
  const steps = planEpisodes(new Random(1), only).take(20).toArray();
  assert.deepEqual(new Set(steps.flatMap((episode) => episode.steps).map(({ what }) => kindOf(what))), new Set(only));
  assert.throws(() => planEpisodes(new Random(1), ["htm"]).next(), /no fault "htm"; there are refuse, .*html/);
});

test("a restart goes back as well as forward, and never near the version of before", () => {
  const steps = plan(5)
    .flatMap((episode) => episode.steps)
    .flatMap(({ what }) => (isMishap(what) && what.kind === "restart" ? [what.versionStep] : []));
  assert.ok(steps.some((step) => step > 0) && steps.some((step) => step < 0));
  assert.ok(steps.every((step) => Math.abs(step) >= 10_000));
});

test("tells what is done in a few words", () => {
  assert.equal(inWords({ kind: "restart", versionStep: 20_000 }), "restart, version +20000");
  assert.equal(
    inWords({
      kind: "status",
      status: 503,
      retryAfterSeconds: 1,
      victims: "watches",
      odds: 0.6,
      cutsFirst: true,
      after: "cut",
      compacts: false,
    }),
    "status 503 with Retry-After to watches, 60 % (cuts first, cuts after)",
  );
});
