import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { tell } from "../support/figures.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";

const source = fileURLToPath(new URL("./wall-clock.c", import.meta.url));
const nodes = 6;
/** A round is late by half of it at least before it is skipped: a busy machine does that to nobody. */
const intervalMs = 500;
const watchedMs = 5_000;
const hourS = 3_600;

describe("the wall clock jumps", { skip: skipWithout("gcc") }, () => {
  let folder: string;
  let library: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pingo-lab-"));
    library = join(folder, "wall-clock.so");
    execFileSync("gcc", ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const engine of ["kernel", "portable"] as const) {
    describe(`${engine} engine`, {
      skip: engine === "kernel" && process.platform !== "linux" ? "needs Linux" : false,
    }, () => {
      let sandbox: Sandbox;
      let pingo: Pingo;
      let port: number;
      let offset: number;

      before(async () => {
        const path = join(folder, engine);
        offset = openSync(path, "w");
        setClock(0);
        sandbox = await startSandbox({ nodes });
        pingo = new Pingo(["--probe", `${intervalMs}ms`, "--engine", engine, "--listen", "127.0.0.1:0"], {
          ...sandbox.environment(),
          LD_PRELOAD: library,
          WALL_CLOCK_OFFSET: path,
        });
        port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
        await eventually("every node has replied", async () => (await page()).select("pingo_up").size === nodes);
      });
      after(async () => {
        pingo.process.kill("SIGKILL");
        await pingo.exit();
        await sandbox.stop();
        closeSync(offset);
      });

      const page = () => MetricsPage.fetch(port);

      function setClock(seconds: number): void {
        writeSync(offset, Buffer.from(BigInt64Array.of(BigInt(seconds)).buffer), 0, 8, 0);
      }

      /** How far the program's wall clock is ahead of this one's, as it says in the header of an answer. */
      async function aheadS(): Promise<number> {
        const { headers } = await fetch(`http://127.0.0.1:${port}/healthz`);
        return (Date.parse(headers.get("date") ?? "") - Date.now()) / 1_000;
      }

      for (const [what, seconds] of [
        ["an hour forward", hourS],
        ["an hour back from there, to where it was", 0],
        ["an hour back from the start", -hourS],
      ] as const) {
        test(`${what}: every target is probed at its rhythm, and every time is a length of time`, async (t) => {
          const [from, fromMs] = [await page(), performance.now()];
          setClock(seconds);
          await eventually("the program's clock has jumped", async () => Math.abs((await aheadS()) - seconds) < 5);
          await new Promise((resolve) => setTimeout(resolve, fromMs + watchedMs - performance.now()));
          const [until, untilMs] = [await page(), performance.now()];
          const rounds = (untilMs - fromMs) / intervalMs;
          const made = differences(from, until, "pingo_probes_total", { result: "ok" });
          const connectS = differences(from, until, "pingo_connect_seconds_sum");
          const skipped = total(differences(from, until, "pingo_probes_skipped_total"));
          const [fewest, most] = [Math.min(...made), Math.max(...made)];
          tell(t, { engine, clock_s: seconds, rounds, fewest, most, skipped });
          assert.ok(fewest >= rounds - 1.5 && most <= rounds + 1.5, `${fewest} to ${most} of ${rounds} rounds`);
          assert.equal(skipped, 0, "rounds skipped");
          assert.equal(
            sum(until.select("pingo_probes_total")),
            sum(until.select("pingo_probes_total", { result: "ok" })),
          );
          for (const seconds of connectS) assert.ok(seconds > 0 && seconds < watchedMs / 1_000, `${seconds} s`);
          assert.equal(sum(until.select("pingo_up")), nodes);
          assert.equal(until.value("pingo_api_up"), 1);
        });
      }

      test("and nothing was said of it, for nothing happened to the network", () => {
        assert.doesNotMatch(pingo.stderr, /held up|answers? again|gave no answer| warn | error /i);
      });
    });
  }
});

function differences(from: MetricsPage, until: MetricsPage, family: string, labels = {}): number[] {
  const before = from.select(family, labels);
  return [...until.select(family, labels)].map(([series, value]) => value - (before.get(series) ?? Number.NaN));
}

function sum(series: ReadonlyMap<string, number>): number {
  return total([...series.values()]);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
