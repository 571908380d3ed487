import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  EventsAnswer,
  Heat,
  HistoryAnswer,
  HistoryEvent,
  Latency,
  NodeRow,
  Overview,
  ResultCounts,
} from "../../src/api/v1.ts";

const columns = 60;
const stepMs = 60_000;

/** A row as the API gives it of a node that is well; `changes` are what is not. */
export function makeRow(node: string, changes: Partial<NodeRow> = {}): NodeRow {
  return {
    key: `c/${node}`,
    cluster: "prod",
    zone: "zone-a",
    node,
    target: "192.0.2.7:10250",
    portName: "kubelet",
    condition: "ok",
    sinceMs: Date.UTC(2026, 0, 1),
    why: "",
    isReady: true,
    rttUs: 412,
    isProbed: true,
    heat: Array.from({ length: columns }, () => 0),
    ...changes,
  };
}

/** The last so many steps are as bad as that. */
export function heatOf(value: Heat, steps: number): Heat[] {
  return Array.from({ length: columns }, (_, column) => (column >= columns - steps ? value : 0));
}

export function makeOverview(rows: readonly NodeRow[], changes: Partial<Overview> = {}): Overview {
  const nowMs = changes.nowMs ?? Date.now();
  const down = rows.filter(({ condition }) => condition === "unreachable");
  return {
    nowMs,
    isLive: true,
    range: { fromMs: nowMs - columns * stepMs, toMs: nowMs, stepMs, columns },
    headline: {
      condition: down.length === 0 ? "ok" : "unreachable",
      text:
        down.length === 0
          ? `all ${rows.length} nodes reachable`
          : `${down.length} of ${rows.length} nodes unreachable since {${down[0]?.sinceMs ?? nowMs}}`,
      more: [],
    },
    clusters: [
      { cluster: "prod", isApiUp: true, apiSinceMs: null, targets: rows.length, reachable: rows.length - down.length },
    ],
    zones: [],
    nodes: rows,
    nodesTotal: rows.length,
    nextOffset: null,
    ...changes,
  };
}

const noLatency: Latency = { minUs: null, p50Us: null, p90Us: null, p99Us: null, maxUs: null };
const someLatency: Latency = { minUs: 300, p50Us: 412, p90Us: 700, p99Us: 1_900, maxUs: 2_500 };

export function makeHistory(row: NodeRow, nowMs = Date.now()): HistoryAnswer {
  const { range } = makeOverview([row], { nowMs });
  const isDown = row.condition === "unreachable";
  const results: ResultCounts = isDown ? [200, 40, 0, 0, 0, 0] : [240, 0, 0, 0, 0, 0];
  return {
    nowMs,
    isLive: true,
    range,
    facts: {
      ...row,
      name: row.node,
      addressType: "InternalIP",
      region: "eu-1",
      instanceType: "m5.large",
      os: "linux",
      readyReason: "KubeletReady",
      isUnschedulable: false,
      joinedMs: Date.UTC(2026, 0, 1),
      leftMs: null,
      normalUs: 400,
    },
    series: {
      results: row.heat.map(() => [4, 0, 0, 0, 0, 0]),
      synSent: row.heat.map(() => 4),
      synRetransmits: row.heat.map(() => 0),
      latency: row.heat.map((heat) => (heat !== null && heat >= 30 ? noLatency : someLatency)),
      heat: row.heat,
    },
    total: { results, synSent: 300, synRetransmits: isDown ? 60 : 0, ...someLatency },
  };
}

export function makeEvent(row: NodeRow, changes: Partial<HistoryEvent> = {}): HistoryEvent {
  return {
    atMs: Date.now(),
    kind: "down",
    cluster: row.cluster,
    node: row.node,
    target: row.target,
    key: row.key,
    zone: row.zone,
    result: "timeout",
    text: `${row.node} does not answer any more (timeout)`,
    synSent: null,
    connectUs: null,
    ...changes,
  };
}

/** Answers `/api/v1` as PinGo does, of rows that a test sets. */
export class MockHistoryApi {
  rows: readonly NodeRow[] = [];
  /** `name:password` that has to be given; empty for none. */
  user = "";
  /** Path and query of each request. */
  readonly asked: string[] = [];
  readonly #streams = new Set<ServerResponse>();
  #server: Server = this.#create();
  #port = 0;

  async start(): Promise<string> {
    this.#server = this.#create();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Other rows from now on, which who listens is told. */
  become(rows: readonly NodeRow[]): void {
    this.rows = rows;
    for (const stream of this.#streams) stream.write("event: change\ndata: {}\n\n");
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #create(): Server {
    return createServer((request, response) => this.#answer(request, response));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://mock");
    this.asked.push(url.pathname + url.search);
    const expected = `Basic ${Buffer.from(this.user).toString("base64")}`;
    if (this.user !== "" && request.headers.authorization !== expected) send(response, 401, { error: "who?" });
    else if (url.pathname === "/api/v1/events") this.#stream(response);
    else {
      const body = this.#bodyOf(url);
      send(response, body === undefined ? 404 : 200, body ?? { error: `nothing is at ${url.pathname}` });
    }
  }

  #bodyOf({ pathname, searchParams }: URL): unknown {
    if (pathname === "/api/v1/overview") return this.#overview(searchParams);
    const row = this.rows.find(({ key }) => key === searchParams.get("key"));
    if (row === undefined) return undefined;
    if (pathname === "/api/v1/history") return makeHistory(row);
    return pathname === "/api/v1/history/events" ? eventsOf(row) : undefined;
  }

  #overview(parameters: URLSearchParams): Overview {
    const search = parameters.get("search") ?? "";
    const offset = Number(parameters.get("offset"));
    const limit = Number(parameters.get("limit"));
    const isWanted = ({ node, heat }: NodeRow) =>
      node.includes(search) && (parameters.get("nodes") === "all" || heat.some((value) => (value ?? 0) > 0));
    const fitting = this.rows.filter(isWanted).toSorted((a, b) => trouble(b) - trouble(a));
    const nextOffset = offset + limit < fitting.length ? offset + limit : null;
    const nodes = fitting.slice(offset, offset + limit);
    return { ...makeOverview(this.rows), nodes, nodesTotal: fitting.length, nextOffset };
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("event: hello\ndata: {}\n\n");
    this.#streams.add(response);
    response.once("close", () => this.#streams.delete(response));
  }
}

function trouble({ condition }: NodeRow): number {
  return ["unknown", "ok", "degraded", "unreachable"].indexOf(condition);
}

function eventsOf(row: NodeRow): EventsAnswer {
  const events = Array.from({ length: 30 }, (_, index) =>
    makeEvent(row, { atMs: Date.now() - index * stepMs, text: `event ${index + 1} of ${row.node}` }),
  );
  return { nowMs: Date.now(), events, next: null };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
