import assert from "node:assert/strict";
import type { TcpAddress } from "../../src/http/listen-address.ts";
import { HttpServer } from "../../src/http/server.ts";
import { negotiate } from "../../src/metrics/exposition/format.ts";
import { pageChunks } from "../../src/metrics/exposition/page-writer.ts";
import type { TargetMetrics } from "../../src/metrics/target-metrics.ts";

export interface ServedMetrics {
  readonly server: HttpServer;
  /** `127.0.0.1:8080` */
  readonly at: string;
}

/** Serves the metrics of targets, and nothing else, as PinGo's own page, in whatever format is asked for. */
export async function serveTargetMetrics(metrics: TargetMetrics): Promise<ServedMetrics> {
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
  return { server, at: `127.0.0.1:${(address as TcpAddress).port}` };
}
