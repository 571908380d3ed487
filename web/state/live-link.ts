import { liveUrl } from "./questions.ts";

/** How the page stands with its server. */
export interface LinkState {
  readonly isLost: boolean;
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

/**
 * Listens to the server's events and says when it is lost and back. It connects anew by itself: the browser's own way of
 * doing so waits for 3 s or more, and gives up where the answer is 503.
 */
export class LiveLink {
  readonly #listener: LinkListener;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardMs: number | undefined;
  #isLost = false;
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
    this.#timer = setTimeout(() => this.#lost(), silenceMs);
  }

  #heard(isNews: boolean): void {
    this.#heardMs = Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), silenceMs);
    this.#say(false);
    if (isNews) this.#listener.changed();
  }

  #lost(): void {
    if (this.#isClosed) return;
    this.#drop();
    this.#say(true);
    this.#timer = setTimeout(() => this.#connect(), retryMs + Math.random() * retryJitterMs);
  }

  #say(isLost: boolean): void {
    const isKnown = this.#isLost === isLost;
    this.#isLost = isLost;
    if (!isKnown) this.#listener.stateChanged({ isLost, heardMs: this.#heardMs });
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
  }
}
