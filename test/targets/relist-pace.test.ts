import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RelistPace } from "../../src/targets/kubernetes/relist-pace.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** The waits before so many lists, each of which takes as long and is followed by 410 at once. */
async function waits(pace: RelistPace, clock: FakeClock, lists: number, tookMs: number, apartMs = 0) {
  const waited: number[] = [];
  for (let list = 0; list < lists; list++) {
    await clock.jump(tookMs);
    pace.listed(tookMs);
    const waitMs = pace.nextMs(undefined);
    waited.push(waitMs);
    await clock.jump(waitMs + apartMs);
  }
  return waited;
}

function fresh() {
  const clock = new FakeClock();
  return { clock, pace: new RelistPace(clock, () => 1 - Number.EPSILON) };
}

describe("lists that come to nothing", () => {
  test("follow one another within seconds at first, and then take a tenth of the time", async () => {
    const { clock, pace } = fresh();
    const waited = await waits(pace, clock, 12, 2_000);
    assert.deepEqual(waited.slice(0, 5).map(Math.round), [500, 1_000, 1_500, 1_500, 1_500]);
    assert.equal(waited.at(-1), 18_000);
    const { clock: later } = fresh();
    const onLater = new RelistPace(later, () => 0);
    await waits(onLater, later, 20, 2_000);
    const startMs = later.nowMs();
    await waits(onLater, later, 50, 2_000);
    assert.ok((50 * 2_000) / (later.nowMs() - startMs) < 0.11);
  });

  test("are never more than 30 s apart", async () => {
    const { clock, pace } = fresh();
    assert.equal(Math.max(...(await waits(pace, clock, 20, 60_000))), 30_000);
  });

  test("of a trouble that comes and goes are no habit", async () => {
    const { clock, pace } = fresh();
    assert.ok((await waits(pace, clock, 100, 500, 8_000)).every((ms) => ms <= 1_500));
  });

  test("and that cost next to nothing are some seconds apart in the end", async () => {
    const { clock, pace } = fresh();
    const waited = await waits(pace, clock, 100, 0);
    assert.ok(waited.slice(0, 5).every((ms) => ms <= 1_500));
    assert.deepEqual(new Set(waited.slice(10)), new Set([2_700]));
  });

  test("are forgotten once a watch has worked, and wait for as long as the API asks", async () => {
    const { clock, pace } = fresh();
    await waits(pace, clock, 10, 2_000);
    pace.reset();
    assert.equal(Math.round(pace.nextMs(undefined)), 500);
    assert.equal(pace.nextMs(7_000), 7_000);
  });
});
