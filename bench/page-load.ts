// `npm run bench:page-load [-- --nodes 5000 --probe 1s --seconds 20 --rounds 5 --readers 10 --json]`: what so many open pages do
// to the measurements of the whole program: schedule lag and the longest block of its main thread, with them and without,
// by turns, since lag on a shared machine is not the same from one minute to the next. The readers ask as a page asks and
// draw nothing: browsers would take the cores themselves.
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { positive } from "./arguments.ts";
import { isolateLargeFleet } from "./fleet-size.ts";
import { runBeside } from "./run-beside.ts";
import { startFleet } from "./start-fleet.ts";
import { Totals } from "./totals.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "5000" },
    probe: { type: "string", default: "1s" },
    seconds: { type: "string", default: "20" },
    rounds: { type: "string", default: "5" },
    readers: { type: "string", default: "10" },
    json: { type: "boolean", default: false },
  },
});
const nodes = positive("nodes", values.nodes);
const seconds = positive("seconds", values.seconds);
const rounds = positive("rounds", values.rounds);
isolateLargeFleet(nodes, import.meta.url);
const { port, stop } = await startFleet(nodes, ["--probe", values.probe, "--metrics", "minimal"]);
// The first page of all is put together in a clone when it is asked for; a package and an image bring it along.
const { firstPageMs } = await read(1, 1);
await pause(5_000);

type Figures = Awaited<ReturnType<typeof measure>>;
const quiet: Figures[] = [];
const withPages: Figures[] = [];
const answers: Readers[] = [];
for (let round = 0; round < rounds; round++) {
  quiet.push(await measure(() => pause(seconds * 1_000)));
  withPages.push(await measure(async () => answers.push(await read(Number(values.readers), seconds))));
}
await stop();
const last = answers.at(-1);
if (values.json) console.log(JSON.stringify({ nodes, probe: values.probe, firstPageMs, quiet, withPages, answers }));
else {
  const names = Object.keys(quiet[0] ?? {}) as (keyof Figures)[];
  const row = (name: keyof Figures) => ({ quiet: summary(quiet, name), "with pages": summary(withPages, name) });
  console.table(Object.fromEntries(names.map((name) => [name, row(name)])));
  console.log(`Median, and the rounds' fewest and most. The first page of all: ${firstPageMs} ms.`, last);
}

interface Readers {
  readonly questions: number;
  readonly p50Ms: number;
  readonly worstMs: number;
  readonly firstPageMs: number;
}

async function read(readers: number, forSeconds: number): Promise<Readers> {
  return JSON.parse(await runBeside("./page-readers.ts", port, readers, forSeconds));
}

/** The figures of the time that something takes. The page of metrics is the smallest, so that reading it blocks nobody. */
async function measure(run: () => Promise<unknown>) {
  const before = await Totals.fetch(port);
  const startMs = performance.now();
  await run();
  const ranSeconds = (performance.now() - startMs) / 1_000;
  const after = await Totals.fetch(port);
  const grown = (series: string) => after.of(series) - before.of(series);
  const handshakes = grown("pingo_schedule_lag_seconds_count");
  const laterThan = (seconds: number) =>
    100 * (1 - grown(`pingo_schedule_lag_seconds_bucket{le="${seconds}"}`) / handshakes);
  return {
    handshakes,
    skipped: grown("pingo_probes_skipped_total"),
    "lag, mean ms": (1_000 * grown("pingo_schedule_lag_seconds_sum")) / handshakes,
    "% later than 1 ms": laterThan(0.001),
    "% later than 2 ms": laterThan(0.002),
    "% later than 5 ms": laterThan(0.005),
    "% of a core": (100 * grown("process_cpu_seconds_total")) / ranSeconds,
    // Since the page before; sampled every 10 ms (perf_hooks.monitorEventLoopDelay).
    "main thread, p99 ms": 1_000 * after.of("nodejs_eventloop_lag_p99_seconds"),
    "main thread, worst ms": 1_000 * after.of("nodejs_eventloop_lag_max_seconds"),
  };
}

function summary(all: readonly Figures[], name: keyof Figures): string {
  const sorted = all.map((figures) => figures[name]).toSorted((a, b) => a - b);
  const [least, median, most] = [0, Math.floor(sorted.length / 2), -1].map((index) => short(sorted.at(index)));
  return `${median} (${least} to ${most})`;
}

function short(value = Number.NaN): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
