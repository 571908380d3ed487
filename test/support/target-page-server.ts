import { systemClock } from "../../src/clock.ts";
import type { HttpServer } from "../../src/http/server.ts";
import { BucketBounds, defaultBoundsUs } from "../../src/metrics/histogram/bucket-bounds.ts";
import { TargetMetrics } from "../../src/metrics/target-metrics.ts";
import type { Outcome } from "../../src/outcome.ts";
import type { Target } from "../../src/target.ts";
import { serveTargetMetrics } from "./serve-target-metrics.ts";

const answered = { result: "ok", connectUs: 320, rttUs: 300, synSent: 1 } as const;
const lost = { result: "timeout", code: "DEADLINE", synSent: 2 } as const;

/** The metrics page of a PinGo that probes one target, which always answers or never does. */
export class TargetPageServer {
  /** `127.0.0.1:8080` */
  readonly at: string;
  readonly #server: HttpServer;
  readonly #probing: NodeJS.Timeout;

  private constructor(at: string, server: HttpServer, probing: NodeJS.Timeout) {
    this.at = at;
    this.#server = server;
    this.#probing = probing;
  }

  /** Counts a handshake every `everyMs`. */
  static async start(target: Target, everyMs: number, isReached: boolean): Promise<TargetPageServer> {
    const bounds = new BucketBounds(defaultBoundsUs);
    const metrics = new TargetMetrics({ level: "default", bounds, clock: systemClock });
    metrics.add(target);
    const { server, at } = await serveTargetMetrics(metrics);
    const probing = setInterval(() => {
      const common = { probe: "tcp", path: 0, startedMs: performance.now() } as const;
      const outcome: Outcome = isReached ? { ...common, ...answered } : { ...common, ...lost };
      metrics.record(target.key, outcome);
    }, everyMs);
    return new TargetPageServer(at, server, probing);
  }

  async stop(): Promise<void> {
    clearInterval(this.#probing);
    await this.#server.stop();
  }
}
