// `npm run bench:scrape [-- --targets 15000 --rounds 7 --passes 2 --json]`: what one page of so many targets takes to
// write, against prom-client with the same families and values, by turns in one run: CPU time, the longest that anybody
// else waits for, memory. `npm run bench:scrape-load` is what scrapes do to measurements.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { positive } from "./arguments.ts";
import { round1 } from "./round1.ts";
import { type Contender, type Contest, contenders, type Page } from "./scrape-contest.ts";

const { values } = parseArgs({
  options: {
    targets: { type: "string", default: "15000" },
    rounds: { type: "string", default: "7" },
    passes: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
  },
});
const targets = positive("targets", values.targets);
const rounds = positive("rounds", values.rounds);
const script = fileURLToPath(new URL("./scrape-page.ts", import.meta.url));

const contests = new Map<Contender, Contest[]>(contenders.map((contender) => [contender, []]));
for (let pass = 0; pass < positive("passes", values.passes); pass++) {
  for (const contender of contenders) {
    const args = ["--expose-gc", "--max-semi-space-size=2", script, contender, String(targets), String(rounds)];
    const contest = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Contest;
    contests.get(contender)?.push(contest);
  }
}

const table = contenders.map((contender) => {
  const ran = contests.get(contender) ?? [];
  const pages = ran.flatMap((contest) => contest.pages);
  const medianOf = (field: keyof Page) => round1(median(pages.map((page) => page[field])));
  return {
    contender,
    cpuMs: medianOf("cpuMs"),
    wallMs: medianOf("wallMs"),
    longestBlockMs: medianOf("longestBlockMs"),
    longestBlockOfAllMs: round1(Math.max(...pages.map((page) => page.longestBlockMs))),
    megabytes: medianOf("megabytes"),
    bytesPerTarget: Math.round(median(ran.map(({ bytesPerTarget }) => bytesPerTarget))),
  };
});
const cpuOf = (contender: Contender) => table.find((row) => row.contender === contender)?.cpuMs ?? Number.NaN;
const timesLess = round1(cpuOf("prom-client") / cpuOf("text"));
if (values.json) console.log(JSON.stringify({ targets, pages: table, timesLessCpuThanPromClient: timesLess }));
else {
  console.table(table);
  console.log(`text: 1/${timesLess} of prom-client's CPU time, ${targets} targets`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
