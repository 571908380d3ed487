import { systemClock } from "../src/clock.ts";
import { History } from "../src/history/history.ts";
import { Api } from "../src/http/api/api.ts";
import type { TcpAddress } from "../src/http/listen-address.ts";
import { pageOnDemand } from "../src/http/page/page-on-demand.ts";
import { HttpServer, type Route } from "../src/http/server.ts";
import { silentLog } from "../src/log.ts";
import { HistoryFleet } from "./history-fleet.ts";

const probeMs = 15_000;

interface ServedHistory {
  readonly url: string;
  /** As the page's address names them. */
  readonly zones: readonly string[];
  stop(): Promise<void>;
}

/** The history in a file, which goes on with the fleet that it was made of, and its page. */
export async function serveHistory(path: string, targets: number): Promise<ServedHistory> {
  const history = await History.open({
    path,
    retentionMs: 365 * 86_400_000,
    maxBytes: 2 ** 40,
    clock: systemClock,
    log: silentLog,
  });
  if ("problem" in history) throw new Error(history.problem);
  const fleet = new HistoryFleet(targets);
  for (const target of fleet.targets) history.recorder.added(target, undefined);
  const stopProbing = probe(history, fleet);
  const { server, url } = await serve(history);
  return {
    url,
    zones: [...new Set(fleet.targets.map(({ cluster, zone }) => `${cluster}/${zone}`))].sort(),
    stop: async () => {
      stopProbing();
      await server.stop();
      await history.stop();
    },
  };
}

/** Handshakes spread over the interval, as a program has them. */
function probe(history: History, of: HistoryFleet): () => void {
  const beginMs = performance.now();
  let next = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - beginMs) / probeMs) * of.targets.length);
    for (; next < due; next++) {
      const index = next % of.targets.length;
      history.recorder.ended(of.targets[index] as (typeof of.targets)[0], of.outcome(index, Date.now()), true);
    }
  }, 10);
  return () => clearInterval(timer);
}

async function serve(of: History): Promise<{ server: HttpServer; url: string }> {
  const api = new Api(
    {
      ask: (question) => of.ask(question),
      read: (question) => of.read(question),
      status: () => {
        const { latencyIs, ...kept } = of.status();
        const nowMs = systemClock.unixMs();
        return { version: "", revision: "", nowMs, startedMs: nowMs, probeMs, latencyIs, history: kept };
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
  return { server: made, url: `http://127.0.0.1:${(address as TcpAddress).port}/` };
}
