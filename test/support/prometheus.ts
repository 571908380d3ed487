import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { eventually } from "./eventually.ts";

export interface Scraped {
  readonly job: string;
  /** `127.0.0.1:8080` */
  readonly target: string;
}

export interface PrometheusOptions {
  readonly scraped: readonly Scraped[];
  readonly seconds: number;
  /** Asks for protobuf, and keeps native histograms. */
  readonly native: boolean;
  readonly ruleFiles?: readonly string[];
  /** Samples that it has from the start: OpenMetrics text with timestamps. */
  readonly past?: string;
  /** A folder of blocks that stays; of its own, which goes with it, where nothing is said. */
  readonly data?: string;
  /** A file to which it writes each query. */
  readonly queryLog?: string;
  /** How long a sample stands for the present where no newer one came; 5 minutes where nothing is said. */
  readonly lookbackSeconds?: number;
}

/** One sample of an answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus (Debian's package) on loopback, its data in a folder that goes with it. */
export class Prometheus {
  log = "";
  readonly #folder = mkdtempSync(join(tmpdir(), "pingo-prometheus-"));
  readonly #process: ChildProcess;
  readonly #port: number;

  private constructor(
    port: number,
    { scraped, seconds, native, ruleFiles = [], lookbackSeconds = 300, past, data, queryLog }: PrometheusOptions,
  ) {
    this.#port = port;
    const config = join(this.#folder, "prometheus.yml");
    const content = {
      global: { scrape_interval: inMs(seconds), evaluation_interval: inMs(seconds), query_log_file: queryLog },
      rule_files: ruleFiles,
      scrape_configs: scraped.map(({ job, target }) => ({ job_name: job, static_configs: [{ targets: [target] }] })),
    };
    writeFileSync(config, stringify(content));
    if (past !== undefined) {
      const file = join(this.#folder, "past.txt");
      writeFileSync(file, past);
      execFileSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", file, join(this.#folder, "data")]);
    }
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data ?? join(this.#folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${inMs(lookbackSeconds)}`,
      ...(native ? ["--enable-feature=native-histograms"] : []),
    ];
    this.#process = spawn("prometheus", args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#process.stderr?.on("data", (chunk) => {
      this.log += chunk;
    });
  }

  static async start(options: PrometheusOptions): Promise<Prometheus> {
    const prometheus = new Prometheus(await freePort(), options);
    await eventually(
      () => `Prometheus is ready\n${prometheus.log}`,
      async () => (await fetch(`${prometheus.url}/-/ready`).catch(() => undefined))?.ok === true,
      20_000,
    );
    return prometheus;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** What an expression gives, at a moment in seconds since 1970 or now. Throws where it is wrong. */
  async query(expression: string, atSeconds?: number): Promise<Sample[]> {
    const parameters = new URLSearchParams({ query: expression });
    if (atSeconds !== undefined) parameters.set("time", String(atSeconds));
    const response = await fetch(`${this.url}/api/v1/query?${parameters}`);
    const answer = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: { metric: Record<string, string>; value?: [number, string] }[] };
    };
    if (answer.status !== "success") throw new Error(`${expression}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }));
  }

  /** The values of one of its own families, as its own page has them: it does not scrape itself. */
  async own(family: string): Promise<number[]> {
    const page = await (await fetch(`${this.url}/metrics`)).text();
    const lines = page.split("\n").filter((line) => line.startsWith(`${family}{`) || line.startsWith(`${family} `));
    return lines.map((line) => Number(line.slice(line.lastIndexOf(" ") + 1)));
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await exited;
    rmSync(this.#folder, { recursive: true });
  }
}

/** Prometheus reads no fractions. */
function inMs(seconds: number): string {
  return `${Math.round(seconds * 1_000)}ms`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
