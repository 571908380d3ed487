// `npm run bench:page -- --file PATH [--browsers 10]`: how long a person waits for the page of a large history, which
// `npm run bench:history -- --file PATH` has made: opening it, and another range; and how long the main thread stands still
// meanwhile. Debian's Chromium shares the cores with it.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { systemClock } from "../src/clock.ts";
import { History } from "../src/history/history.ts";
import { Api } from "../src/http/api/api.ts";
import type { TcpAddress } from "../src/http/listen-address.ts";
import { pageOnDemand } from "../src/http/page/page-on-demand.ts";
import { HttpServer, type Route } from "../src/http/server.ts";
import { silentLog } from "../src/log.ts";
import { openBrowser, type TestBrowser } from "../test/support/browser.ts";
import { positive } from "./arguments.ts";

const { values } = parseArgs({ options: { file: { type: "string" }, browsers: { type: "string", default: "10" } } });
if (values.file === undefined) throw new Error("--file is missing: the path of a history that bench:history has made");
const browsers = positive("browsers", values.browsers);

const history = await History.open({
  path: values.file,
  retentionMs: 365 * 86_400_000,
  maxBytes: 2 ** 40,
  clock: systemClock,
  log: silentLog,
});
if ("problem" in history) throw new Error(history.problem);
const { server, url } = await serve(history);
const browser = await openBrowser();
const delays = monitorEventLoopDelay({ resolution: 5 });
await timesOf(browser);
delays.enable();
const first: Times[] = [];
for (let round = 0; round < 5; round++) first.push(await timesOf(browser));
const pages = await Promise.all(Array.from({ length: browsers }, () => browser.newPage()));
await Promise.all(pages.map((page) => open(page)));
const together = await timesOf(browser);
console.log({
  alone: median(first),
  [`besideOthers${browsers}`]: together,
  mainThreadBlockedMs: { p99: Math.round(delays.percentile(99) / 1e6), max: Math.round(delays.max / 1e6) },
});
await browser.close();
await server.stop();
await history.stop();

interface Times {
  /** From the address to rows on the screen. */
  readonly openMs: number;
  /** From a click on another range to its rows. */
  readonly rangeMs: number;
}

async function serve(of: History): Promise<{ server: HttpServer; url: string }> {
  const api = new Api(
    {
      ask: (question) => of.ask(question),
      read: (question) => of.read(question),
      status: () => {
        const { latencyIs, ...kept } = of.status();
        const nowMs = systemClock.unixMs();
        return { version: "", revision: "", nowMs, startedMs: nowMs, probeMs: 15_000, latencyIs, history: kept };
      },
      onChange: (listener) => of.onChange(listener),
    },
    systemClock,
  );
  const routes: Record<string, Route> = {
    "/": pageOnDemand((added) => Object.assign(routes, added)),
    ...api.routes,
  };
  const made = new HttpServer({ routes, onError: (path, error) => console.error(path, error) });
  const [address] = await made.listen([{ host: "127.0.0.1", port: 0 }]);
  return { server: made, url: `http://127.0.0.1:${(address as TcpAddress).port}/?range=24h` };
}

async function open(page: Page): Promise<void> {
  await page.goto(url);
  await page.locator("canvas").first().waitFor();
}

async function timesOf(of: TestBrowser): Promise<Times> {
  const page = await of.newPage();
  const startMs = performance.now();
  await open(page);
  const openMs = Math.round(performance.now() - startMs);
  const answered = page.waitForResponse((response) => response.url().includes("/api/v1/overview"));
  const clickMs = performance.now();
  await page.getByText("7d", { exact: true }).first().click();
  await (await answered).finished();
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const rangeMs = Math.round(performance.now() - clickMs);
  await page.close();
  return { openMs, rangeMs };
}

function median(times: readonly Times[]): Times {
  const middle = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
  return { openMs: middle(times.map(({ openMs }) => openMs)), rangeMs: middle(times.map(({ rangeMs }) => rangeMs)) };
}
