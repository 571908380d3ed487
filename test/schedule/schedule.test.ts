import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { offsetFraction } from "../../src/schedule/offset.ts";
import { Schedule } from "../../src/schedule/schedule.ts";

/** Numbers from 0 up to 1 that are the same in every run (mulberry32's shape: multiply, shift, xor). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** The schedule with names for numbers, and with all that is due at once. */
class NamedSchedule {
  readonly #schedule: Schedule;
  readonly #names: string[] = [];

  constructor(intervalMs: number) {
    this.#schedule = new Schedule(intervalMs);
  }

  get size(): number {
    return this.#schedule.size;
  }

  add(name: string, fraction: number, nowMs: number): void {
    this.#schedule.add(this.#id(name), fraction, nowMs);
  }

  remove(name: string): void {
    this.#schedule.remove(this.#id(name));
  }

  nextDueMs(): number {
    return this.#schedule.nextDueMs;
  }

  *takeDue(nowMs: number) {
    for (let id = this.#schedule.take(nowMs); id !== -1; id = this.#schedule.take(nowMs)) {
      const { dueMs, missed, start } = this.#schedule;
      yield { item: this.#names[id] ?? "", dueMs, missed, start };
    }
  }

  #id(name: string): number {
    const known = this.#names.indexOf(name);
    return known === -1 ? this.#names.push(name) - 1 : known;
  }
}

describe("the place of a target in the interval", () => {
  test("is the same for the same name and lies within the interval", () => {
    assert.equal(offsetFraction("a/b"), offsetFraction("a/b"));
    for (const name of ["", "a", "b", "a-very-long-name".repeat(50)]) {
      assert.ok(offsetFraction(name) >= 0 && offsetFraction(name) < 1, name);
    }
  });

  test("spreads 500 nodes with names in a row: no tenth of the interval holds more than 20 % of them", () => {
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 500; index++) {
      const tenth = Math.floor(offsetFraction(`prod/node-${index}/10.0.0.${index}:10250`) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    assert.ok(Math.max(...tenths) < 100, tenths.join(" "));
    assert.ok(Math.min(...tenths) > 25, tenths.join(" "));
  });
});

describe("Schedule", () => {
  test("an item is due once an interval at its place, whenever it was added", () => {
    const schedule = new NamedSchedule(1_000);
    schedule.add("a", 0.25, 10_300);
    assert.equal(schedule.nextDueMs(), 11_250);
    assert.deepEqual([...schedule.takeDue(11_249)], []);
    assert.deepEqual([...schedule.takeDue(11_250)], [{ item: "a", dueMs: 11_250, missed: 0, start: true }]);
    assert.equal(schedule.nextDueMs(), 12_250);
  });

  test("a start that is late does not move the next one", () => {
    const schedule = new NamedSchedule(1_000);
    schedule.add("a", 0.25, 0);
    assert.deepEqual([...schedule.takeDue(600)], [{ item: "a", dueMs: 250, missed: 0, start: true }]);
    assert.equal(schedule.nextDueMs(), 1_250);
  });

  test("a million rounds do not drift", () => {
    const schedule = new NamedSchedule(100.1);
    schedule.add("a", 1 / 3, 0);
    for (let round = 0; round < 1_000_000; round++) for (const _ of schedule.takeDue(schedule.nextDueMs()));
    assert.equal(schedule.nextDueMs(), 1_000_000 * 100.1 + 100.1 / 3);
  });

  test("a round later than half an interval is missed, and so are those before it", () => {
    const schedule = new NamedSchedule(1_000);
    schedule.add("late", 0.9, 0);
    schedule.add("early", 0.1, 0);
    assert.deepEqual(
      [...schedule.takeDue(5_300)],
      [
        { item: "early", dueMs: 5_100, missed: 5, start: true },
        { item: "late", dueMs: 4_900, missed: 4, start: true },
      ],
    );
    assert.deepEqual(
      [...schedule.takeDue(6_700)],
      [
        { item: "late", dueMs: 5_900, missed: 1, start: false },
        { item: "early", dueMs: 6_100, missed: 1, start: false },
      ],
    );
    assert.equal(schedule.nextDueMs(), 6_900);
  });

  test("an item that is removed is due no more, also in the middle of a round", () => {
    const schedule = new NamedSchedule(1_000);
    schedule.add("a", 0.1, 0);
    schedule.add("b", 0.2, 0);
    const seen: string[] = [];
    for (const { item } of schedule.takeDue(300)) {
      seen.push(item);
      schedule.remove("b");
    }
    assert.deepEqual(seen, ["a"]);
    assert.equal(schedule.size, 1);
    schedule.remove("a");
    assert.equal(schedule.nextDueMs(), Number.POSITIVE_INFINITY);
  });

  test("an item added twice is due once", () => {
    const schedule = new NamedSchedule(1_000);
    schedule.add("a", 0.1, 0);
    schedule.add("a", 0.2, 0);
    assert.deepEqual(
      [...schedule.takeDue(999)].map(({ item }) => item),
      ["a"],
    );
  });

  test("with items that come and go at random, each is due exactly once an interval, in the order of time", () => {
    const random = seeded(20_261_122);
    const schedule = new NamedSchedule(1_000);
    const places = new Map<string, { place: number; addedMs: number }>();
    let lastDueMs = 0;
    for (let nowMs = 0; nowMs < 20_000; nowMs += 50) {
      const key = `k${Math.floor(random() * 200)}`;
      if (random() < 0.3) {
        schedule.remove(key);
        places.delete(key);
      } else if (!places.has(key)) {
        const place = random();
        schedule.add(key, place, nowMs);
        places.set(key, { place, addedMs: nowMs });
      }
      const due = [...schedule.takeDue(nowMs)];
      const expected = [...places].filter(([, { place, addedMs }]) =>
        inWindow(place * 1_000, Math.max(nowMs - 50, addedMs), nowMs),
      );
      assert.deepEqual(due.map(({ item }) => item).sort(), expected.map(([name]) => name).sort(), `at ${nowMs}`);
      for (const { dueMs } of due) {
        assert.ok(dueMs >= lastDueMs);
        lastDueMs = dueMs;
      }
    }
    assert.ok(places.size > 50);
  });
});

/** Whether a place comes up in (from, to]. */
function inWindow(offsetMs: number, fromMs: number, toMs: number): boolean {
  return Math.floor((toMs - offsetMs) / 1_000) > Math.floor((fromMs - offsetMs) / 1_000);
}
