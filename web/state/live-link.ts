import { ask } from "./ask.ts";
import { liveUrl, statusUrl } from "./questions.ts";

/** How the page stands with its server. */
export interface LinkState {
  readonly isLost: boolean;
  /** The server answers, but not with events: too many have them already, or something on the way holds them back. */
  readonly isPolled: boolean;
  /** When something was last heard of it; undefined before the first time. */
  readonly heardMs: number | undefined;
}

export interface LinkListener {
  /** Something has changed, or was perhaps missed. */
  readonly changed: () => void;
  readonly stateChanged: (state: LinkState) => void;
}

/** The server says something every 2 s: who says nothing for so long is gone, though the connection may still stand. */
const silenceMs = 5_000;
/** A server that comes back should be found soon, but not be run over by all its pages at the same instant. */
const retryMs = 1_000;
const retryJitterMs = 700;
/** Without events everything is asked for so often, and events are tried again after so many times. */
export const pollMs = 5_000;
const pollsPerTry = 6;

/**
 * Listens to the server's events and says when it is lost and back. It connects anew by itself: the browser's own way of
 * doing so waits for 3 s or more, and gives up where the answer is 503. Where the server answers and gives no events,
 * changes are taken for granted every few seconds.
 */
export class LiveLink {
  readonly #listener: LinkListener;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardMs: number | undefined;
  #checking: AbortController | undefined;
  #isHeard = false;
  #polls = 0;
  #isLost = false;
  #isPolled = false;
  #isClosed = false;

  constructor(listener: LinkListener) {
    this.#listener = listener;
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  #connect(): void {
    this.#drop();
    const source = new EventSource(liveUrl);
    this.#source = source;
    // What is asked at the beginning is new; what was heard before may have missed something.
    source.addEventListener("hello", () => this.#heard(this.#heardMs !== undefined));
    source.addEventListener("change", () => this.#heard(true));
    source.addEventListener("tick", () => this.#heard(false));
    source.addEventListener("error", () => this.#lost());
    this.#isHeard = false;
    this.#timer = setTimeout(() => this.#lost(), silenceMs);
  }

  #heard(isNews: boolean): void {
    this.#heardMs = Date.now();
    this.#isHeard = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), silenceMs);
    const wasPolled = this.#isPolled;
    this.#say(false, false);
    if (isNews || wasPolled) this.#listener.changed();
  }

  #lost(): void {
    if (this.#isClosed) return;
    this.#drop();
    // What was there and broke off is gone; what was never there may only be refused.
    if (this.#isHeard) this.#away();
    else void this.#check();
  }

  #away(): void {
    this.#say(true, false);
    this.#timer = setTimeout(() => this.#connect(), retryMs + Math.random() * retryJitterMs);
  }

  /** `EventSource` does not tell why there are no events: another question has to. */
  async #check(): Promise<void> {
    const checking = new AbortController();
    this.#checking = checking;
    const signal = AbortSignal.any([checking.signal, AbortSignal.timeout(silenceMs)]);
    const reply = await ask(statusUrl, signal).catch(() => undefined);
    if (this.#checking !== checking) return;
    if (reply?.kind !== "answer") return this.#away();
    this.#heardMs = Date.now();
    this.#say(false, true);
    this.#listener.changed();
    const next = ++this.#polls % pollsPerTry === 0 ? () => this.#connect() : () => void this.#check();
    this.#timer = setTimeout(next, pollMs + Math.random() * retryJitterMs);
  }

  #say(isLost: boolean, isPolled: boolean): void {
    const isKnown = this.#isLost === isLost && this.#isPolled === isPolled;
    this.#isLost = isLost;
    this.#isPolled = isPolled;
    if (!isKnown) this.#listener.stateChanged({ isLost, isPolled, heardMs: this.#heardMs });
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#checking?.abort();
    this.#checking = undefined;
  }
}
