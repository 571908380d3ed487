import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import type { TcpAddress } from "../../src/http/listen-address.ts";
import { HttpServer } from "../../src/http/server.ts";
import { negotiate } from "../../src/metrics/exposition/format.ts";
import { pageChunks } from "../../src/metrics/exposition/page-writer.ts";
import { BucketBounds, defaultBoundsUs } from "../../src/metrics/histogram/bucket-bounds.ts";
import { TargetMetrics } from "../../src/metrics/target-metrics.ts";
import type { Outcome } from "../../src/outcome.ts";
import type { Target } from "../../src/target.ts";

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
    const server = new HttpServer({
      routes: {
        "/metrics": async ({ headers }) => {
          const { contentType, writer: open } = negotiate(headers.accept);
          const page = metrics.page();
          const body = pageChunks(page.families([]), await open(() => false));
          return { status: 200, contentType, body, sent: () => page.free() };
        },
      },
      onError: (path, error) => assert.fail(`${path}: ${error.stack}`),
    });
    const [address] = await server.listen([{ host: "127.0.0.1", port: 0 }]);
    const probing = setInterval(() => {
      const common = { probe: "tcp", path: 0, startedMs: performance.now() } as const;
      const outcome: Outcome = isReached ? { ...common, ...answered } : { ...common, ...lost };
      metrics.record(target.key, outcome);
    }, everyMs);
    return new TargetPageServer(`127.0.0.1:${(address as TcpAddress).port}`, server, probing);
  }

  async stop(): Promise<void> {
    clearInterval(this.#probing);
    await this.#server.stop();
  }
}
