import { stepsMs } from "../../api/queries.ts";
import type { Level } from "../store/store.ts";
import { startOfStep } from "./closed-minute.ts";

export interface StepOf<T> {
  readonly startMs: number;
  readonly value: T;
}

/** Where steps of one kind come from, and how two make one. */
export interface StepSource<T> {
  /** What the file has, ascending. */
  readonly rows: (level: Level, fromMs: number, toMs: number) => Iterable<StepOf<T>>;
  readonly rolledUpTo: (level: Level) => number;
  /** Minutes that are not in the file: those that could not be written yet, and the running one. Ascending. */
  readonly unwritten: (fromMs: number, toMs: number) => readonly StepOf<T>[];
  readonly add: (a: T | undefined, b: T) => T;
}

/** Steps of a level, ascending, those that go on included: each is the sum of all that is known of it by now. */
export function* stepsOverTime<T>(
  source: StepSource<T>,
  level: Level,
  fromMs: number,
  toMs: number,
): Generator<StepOf<T>> {
  const unwritten = grouped(source, level, source.unwritten(fromMs, toMs))[Symbol.iterator]();
  let next = unwritten.next();
  for (const step of written(source, level, fromMs, toMs)) {
    for (; next.done !== true && next.value.startMs < step.startMs; next = unwritten.next()) yield next.value;
    if (next.done === true || next.value.startMs !== step.startMs) {
      yield step;
      continue;
    }
    yield { startMs: step.startMs, value: source.add(step.value, next.value.value) };
    next = unwritten.next();
  }
  for (; next.done !== true; next = unwritten.next()) yield next.value;
}

/** The file's part: its rows as far as they are made, and beyond the sums of finer ones. */
function* written<T>(source: StepSource<T>, level: Level, fromMs: number, toMs: number): Generator<StepOf<T>> {
  if (level === 0) {
    yield* source.rows(0, fromMs, toMs);
    return;
  }
  const madeMs = source.rolledUpTo(level);
  if (fromMs < madeMs) yield* source.rows(level, fromMs, Math.min(toMs, madeMs));
  if (toMs > madeMs) {
    yield* grouped(source, level, written(source, (level - 1) as Level, Math.max(fromMs, madeMs), toMs));
  }
}

/** Sums of finer steps. */
function* grouped<T>(
  { add }: Pick<StepSource<T>, "add">,
  level: Level,
  finer: Iterable<StepOf<T>>,
): Generator<StepOf<T>> {
  let sum: StepOf<T> | undefined;
  for (const { startMs: finerMs, value } of finer) {
    const startMs = startOfStep(level, finerMs);
    if (sum !== undefined && sum.startMs === startMs) {
      sum = { startMs, value: add(sum.value, value) };
      continue;
    }
    if (sum !== undefined) yield sum;
    sum = { startMs, value };
  }
  if (sum !== undefined) yield sum;
}

/** The level whose steps are so long. */
export function levelOf(stepMs: (typeof stepsMs)[number]): Level {
  return stepsMs.indexOf(stepMs) as Level;
}
