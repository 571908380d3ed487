// What an overview costs to answer, without storage: `node bench/answers.ts`. bench/history.ts times it with storage.
import type { Question } from "../src/api/queries.ts";
import { answer } from "../src/history/answers/answer.ts";
import type { HistoryView } from "../src/history/model.ts";
import { manyTargets } from "../test/support/many-targets-view.ts";

const hourMs = 3_600_000;
const rounds = 20;

function cpuMs(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

const worlds = {
  "a good day": { oneIn: 1_000, isOutage: false },
  "trouble in 2 % of all minutes": { oneIn: 50, isOutage: false },
  "all unreachable, and that": { oneIn: 50, isOutage: true },
};

for (const targets of [5_000, 65_000]) {
  for (const [world, trouble] of Object.entries(worlds)) {
    const view = manyTargets(targets, trouble);
    const time = { fromMs: view.nowMs - 3 * hourMs, toMs: view.nowMs };
    for (const nodes of ["sick", "all"] as const) {
      const query = { ...time, cluster: "", zone: undefined, nodes, search: "", offset: 0, limit: 100 };
      const [median, worst, bytes] = measure(view, { ask: "overview", query });
      const figures = `${median.toFixed(1)} ms, at most ${worst.toFixed(1)} ms; ${(bytes / 1_024).toFixed(0)} KB`;
      console.log(`${targets} targets x 180 columns, ${world}, ${nodes}: ${figures}`);
    }
  }
}

/** CPU time of an answer with its JSON: the median and the most; and how long it is. */
function measure(view: HistoryView, question: Question): [number, number, number] {
  let bytes = 0;
  const times = Array.from({ length: rounds }, () =>
    cpuMs(() => {
      bytes = Buffer.byteLength(JSON.stringify(answer(view, question)));
    }),
  ).toSorted((a, b) => a - b);
  return [times[rounds >> 1] ?? 0, times.at(-1) ?? 0, bytes];
}
