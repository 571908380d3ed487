// `npm run bench:page -- --file PATH [--targets 5000 --rounds 9 --browsers 10]`: how long a person waits for the page of a large
// history, which `npm run bench:history -- --file PATH` has made and which goes on meanwhile: opening it with nothing in the
// browser's cache, another range, and five hundred nodes unfolded and scrolled through. Debian's Chromium shares the cores with it.
import { parseArgs } from "node:util";
import { openBrowser, type TestBrowser } from "../test/support/browser.ts";
import { positive } from "./arguments.ts";
import { watchBlocks } from "./longest-block.ts";
import { serveHistory } from "./page-server.ts";
import { tasksOf } from "./page-trace.ts";
import { changeRange, goTo, type Opened, openPage, openWindow, scrollThrough } from "./page-visit.ts";

const { values } = parseArgs({
  options: {
    file: { type: "string" },
    targets: { type: "string", default: "5000" },
    rounds: { type: "string", default: "9" },
    browsers: { type: "string", default: "10" },
  },
});
if (values.file === undefined) throw new Error("--file is missing: the path of a history that bench:history has made");
const rounds = positive("rounds", values.rounds);
const browsers = positive("browsers", values.browsers);

const served = await serveHistory(values.file, positive("targets", values.targets));
const overview = `${served.url}?range=24h`;
const open = served.zones.slice(0, 5).map((zone) => `&open=${encodeURIComponent(zone)}`);
const browser = await openBrowser();
// The first asks for the page to be made.
await visit(browser);
const longestBlockMs = watchBlocks();
const alone = await visits(browser);
console.log({ alone, taskCpuMs: await traced(browser) });
const others: Opened[] = [];
for (let other = 0; other < browsers; other++) others.push(await openPage(browser, overview));
const beside = await visits(browser);
console.log({ [`besideOthers${browsers}`]: beside, mainThreadBlockedMs: Math.round(longestBlockMs()) });
for (const { page } of others) await page.close();
await browser.close();
await served.stop();

interface Visit {
  /** From the address to painted strips. */
  readonly openMs: number;
  /** From a click on another range to its strips. */
  readonly rangeMs: number;
}

async function visit(of: TestBrowser): Promise<Visit> {
  const { page, openMs } = await openPage(of, overview);
  await page.waitForTimeout(1_500);
  const rangeMs = await changeRange(page, "7d");
  await page.close();
  return { openMs, rangeMs };
}

async function visits(of: TestBrowser) {
  const made: Visit[] = [];
  for (let round = 0; round < rounds; round++) made.push(await visit(of));
  return { openMs: summary(made.map(({ openMs }) => openMs)), rangeMs: summary(made.map(({ rangeMs }) => rangeMs)) };
}

function summary(times: readonly number[]): string {
  const sorted = times.map(Math.round).toSorted((a, b) => a - b);
  return `${sorted[sorted.length >> 1]} (${sorted[0]} to ${sorted.at(-1)})`;
}

/** What the page's thread does in all, and its longest tasks, of each thing that is done. */
async function traced(of: TestBrowser): Promise<Record<string, string>> {
  const { page, session } = await openWindow(of);
  const unfolded = page.locator(".node-row").nth(499);
  const settled = () => page.waitForTimeout(1_500);
  const tasks: Record<string, string> = {};
  const trace = async (name: string, act: () => Promise<unknown>) => {
    const cpuMs = await tasksOf(session, served.url, async () => {
      await act();
      await settled();
    });
    tasks[name] = spent(cpuMs);
  };
  await trace("opening", () => goTo(page, overview));
  await trace("another range", () => changeRange(page, "7d"));
  await trace("opening with 500 nodes", async () => {
    await goTo(page, `${overview}${open.join("")}`);
    await unfolded.waitFor({ state: "attached" });
  });
  await trace("scrolling through 500 nodes", () => scrollThrough(page));
  await trace("another range of 500 nodes", () => changeRange(page, "7d"));
  await trace("a minute of 500 nodes", () => page.waitForTimeout(60_000));
  await page.close();
  return tasks;
}

function spent(cpuMs: readonly number[]): string {
  const sum = cpuMs.reduce((all, one) => all + one, 0);
  const longest = cpuMs.toSorted((a, b) => b - a).slice(0, 3);
  return `${Math.round(sum)}, of it in one task at most ${longest.map(Math.round).join(", ")}`;
}
