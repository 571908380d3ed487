import type { EventsAnswer, HistoryAnswer, NodeRow, Overview } from "../api/v1.ts";
import { type Clock, sleep } from "../clock.ts";
import type { Answered, ApiClient } from "./api-client.ts";
import { type NodeDetails, pageRows, type TopState } from "./state.ts";

export interface Fetched {
  readonly overview: Overview;
  readonly details: NodeDetails | undefined;
}

const everyMs = 2_000;
/** The server spends no more than a fifth of its time on one reader. */
const restShare = 4;
/** Before a stream of events that ended is asked for again. */
const reconnectMs = 2_000;
const maxEvents = 200;

export interface FeedParts {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** What is to be asked for, at each time. */
  readonly wanted: () => TopState;
  readonly got: (answer: Answered<Fetched>) => void;
}

/** Asks again every two seconds, when the server says that something changed, and when ask() is called. */
export class Feed {
  readonly #parts: FeedParts;
  #wake: () => void = () => {};
  #isAsked = false;
  /** What is under way is of no interest any more once something else is wanted. */
  #loading = new AbortController();

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /** Something else is wanted: at once. */
  ask(): void {
    this.#isAsked = true;
    this.#loading.abort();
    this.#wake();
  }

  /** Until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#load(signal), this.#listen(signal)]);
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { clock, client, wanted, got } = this.#parts;
    while (!signal.aborted) {
      const startedMs = clock.nowMs();
      this.#isAsked = false;
      this.#loading = new AbortController();
      const loading = this.#loading.signal;
      const answer = await fetchAll(client, wanted(), AbortSignal.any([signal, loading]));
      if (signal.aborted) return;
      if (!loading.aborted) got(answer);
      if (!this.#isAsked) await this.#rest(restShare * (clock.nowMs() - startedMs), signal);
    }
  }

  /** At least so long, whatever the server says; ask() ends it. */
  async #rest(leastMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const resting = new AbortController();
    const either = AbortSignal.any([signal, resting.signal]);
    let isChanged = false;
    this.#wake = () => {
      isChanged = true;
      if (this.#isAsked) resting.abort();
    };
    await sleep(clock, Math.max(leastMs, 200), either);
    if (isChanged || either.aborted) return;
    this.#wake = () => resting.abort();
    await sleep(clock, Math.max(0, everyMs - leastMs), either);
  }

  async #listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.client.listen("events", (event) => event === "change" && this.#wake(), signal);
      await sleep(this.#parts.clock, reconnectMs, signal);
    }
  }
}

/** Everything that the state shows: the overview, page by page, and the node that is looked at. */
export async function fetchAll(client: ApiClient, state: TopState, signal: AbortSignal): Promise<Answered<Fetched>> {
  const [overview, details] = await Promise.all([
    fetchOverview(client, state, signal),
    state.view === "node" && state.chosen !== undefined
      ? fetchNode(client, state.chosen, state.range, signal)
      : undefined,
  ]);
  if ("problem" in overview) return overview;
  if (details !== undefined && "problem" in details) return details;
  return { value: { overview: overview.value, details: details?.value } };
}

async function fetchOverview(client: ApiClient, state: TopState, signal: AbortSignal): Promise<Answered<Overview>> {
  const { range, nodes, filter, wantedRows } = state;
  const rows: NodeRow[] = [];
  for (let offset = 0; ; ) {
    const page = { offset: String(offset), limit: String(Math.min(pageRows, wantedRows - rows.length)) };
    const search: Record<string, string> = filter === "" ? {} : { search: filter };
    const answer = await client.get<Overview>("overview", { range, nodes, ...search, ...page }, signal);
    if ("problem" in answer) return answer;
    if (!isOverview(answer.value)) return { problem: "what answers there is no PinGo" };
    rows.push(...answer.value.nodes);
    const { nextOffset } = answer.value;
    // Rows move while pages are read: a server that does not go on would be asked for ever.
    if (nextOffset === null || nextOffset <= offset || rows.length >= wantedRows) {
      return { value: { ...answer.value, nodes: distinct(rows) } };
    }
    offset = nextOffset;
  }
}

/** As much of it as a frame would break without. */
function isOverview(value: Overview): boolean {
  return value !== null && typeof value === "object" && Array.isArray(value.nodes) && Array.isArray(value.clusters);
}

/** A node that moved from one page to the next one in between is on both. */
function distinct(rows: readonly NodeRow[]): NodeRow[] {
  return [...new Map(rows.map((row) => [row.key, row])).values()];
}

async function fetchNode(
  client: ApiClient,
  key: string,
  range: string,
  signal: AbortSignal,
): Promise<Answered<NodeDetails>> {
  const limit = String(maxEvents);
  const [history, events] = await Promise.all([
    client.get<HistoryAnswer>("history", { key, range }, signal),
    client.get<EventsAnswer>("history/events", { key, range, limit }, signal),
  ]);
  if ("problem" in history) return history;
  if ("problem" in events) return events;
  return { value: { history: history.value, events: events.value } };
}
