// What an overview costs to answer, without storage: `node bench/answers.ts [targets] [columns]`. bench/history.ts times it with storage.
import type { Question } from "../src/api/queries.ts";
import { answer } from "../src/history/answers/answer.ts";
import { manyTargets } from "../test/support/many-targets-view.ts";

const hourMs = 3_600_000;
const rounds = 20;

function cpuMs(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

for (const targets of [5_000, 65_000]) {
  for (const isOutage of [false, true]) {
    const view = manyTargets(targets, isOutage);
    const time = { fromMs: view.nowMs - 3 * hourMs, toMs: view.nowMs };
    for (const nodes of ["sick", "all"] as const) {
      const query = { ...time, cluster: "", zone: undefined, nodes, search: "", offset: 0, limit: 100 };
      const question: Question = { ask: "overview", query };
      let bytes = 0;
      const times = Array.from({ length: rounds }, () =>
        cpuMs(() => {
          bytes = Buffer.byteLength(JSON.stringify(answer(view, question)));
        }),
      ).toSorted((a, b) => a - b);
      const [median, worst] = [times[rounds >> 1] ?? 0, times.at(-1) ?? 0];
      console.log(
        `${targets} targets x 180 columns, ${isOutage ? "all unreachable" : "as usual"}, ${nodes}: ${median.toFixed(1)} ms, at most ${worst.toFixed(1)} ms; ${(bytes / 1_024).toFixed(0)} KB`,
      );
    }
  }
}
