import type { Clock, Timer } from "../clock.ts";
import type { ApiClient } from "./api-client.ts";
import { Feed } from "./feed.ts";
import { frameOf } from "./frame.ts";
import { colourInk } from "./ink.ts";
import { type Key, KeyReader } from "./keys.ts";
import { Screen } from "./screen.ts";
import { initialState, type TopState } from "./state.ts";
import type { Tty } from "./tty.ts";
import { answered, press, resized, type Update, unanswered } from "./update.ts";

/** An ESC alone is the key when nothing came behind it for so long; over a slow ssh, sequences come in pieces. */
const escapeMs = 100;
/** Clock and ages on the screen go on. */
const clockMs = 1_000;
/** A burst of keys is one frame. */
const frameMs = 16;

export interface LiveTopParts {
  readonly client: ApiClient;
  readonly server: string;
  readonly tty: Tty;
  readonly clock: Clock;
  /** The terminal shows nothing beyond ASCII. */
  readonly isAscii: boolean;
}

/** The live view: keys and answers make states, states make frames. */
export class LiveTop {
  readonly #parts: LiveTopParts;
  readonly #screen: Screen;
  readonly #keys = new KeyReader();
  readonly #feed: Feed;
  readonly #ending = new AbortController();
  #state: TopState;
  #timers: { frame?: Timer | undefined; escape?: Timer | undefined; clock?: Timer | undefined } = {};

  constructor(parts: LiveTopParts) {
    this.#parts = parts;
    const { tty, clock, client, server } = parts;
    const { columns, rows } = tty.size();
    this.#state = initialState(server, columns, rows, clock.unixMs());
    this.#screen = new Screen((text) => tty.write(text));
    this.#feed = new Feed({
      client,
      clock,
      wanted: () => this.#state,
      got: (answer) => {
        const now = { ...this.#state, nowMs: clock.unixMs() };
        if ("problem" in answer) this.#become(unanswered(now, answer.problem, now.nowMs));
        else this.#become(answered(now, answer.value.overview, answer.value.details));
      },
    });
  }

  /** Until `q`, or until `signal` is aborted. The terminal is then as it was before. */
  async run(signal: AbortSignal): Promise<void> {
    const { tty } = this.#parts;
    const either = AbortSignal.any([signal, this.#ending.signal]);
    const off = tty.open({
      input: (chunk) => this.#input(chunk),
      resize: () => this.#resize(),
      suspend: () => this.#screen.leave(),
      resume: () => this.#show(),
      closing: () => this.#screen.leave(),
      closed: () => this.#ending.abort(),
    });
    try {
      this.#show();
      this.#tick();
      await this.#feed.run(either);
    } finally {
      for (const timer of Object.values(this.#timers)) timer?.cancel();
      this.#screen.leave();
      off();
    }
  }

  #show(): void {
    this.#screen.enter();
    this.#resize();
  }

  #resize(): void {
    const { columns, rows } = this.#parts.tty.size();
    this.#state = resized(this.#state, columns, rows);
    this.#screen.forget();
    this.#draw();
  }

  #input(chunk: Uint8Array): void {
    this.#timers.escape?.cancel();
    for (const key of this.#keys.push(chunk)) this.#press(key);
    if (!this.#keys.isWaiting) return;
    this.#timers.escape = this.#parts.clock.setTimer(() => {
      for (const key of this.#keys.flush()) this.#press(key);
    }, escapeMs);
  }

  #press(key: Key): void {
    const { state, effect }: Update = press(this.#state, key);
    this.#become(state);
    if (effect === "load") this.#feed.ask();
    else if (effect === "quit") this.#ending.abort();
    else if (effect === "suspend") this.#parts.tty.suspend();
    else if (effect === "redraw") this.#resize();
  }

  #become(state: TopState): void {
    this.#state = state;
    this.#timers.frame ??= this.#parts.clock.setTimer(() => this.#draw(), frameMs);
  }

  #tick(): void {
    this.#timers.clock = this.#parts.clock.setTimer(() => {
      this.#become({ ...this.#state, nowMs: this.#parts.clock.unixMs() });
      this.#tick();
    }, clockMs);
  }

  #draw(): void {
    this.#timers.frame?.cancel();
    this.#timers.frame = undefined;
    const { isAscii } = this.#parts;
    const look = { ink: colourInk, heat: isAscii ? "letters" : "blocks", isAscii } as const;
    this.#screen.draw(frameOf(this.#state, look), this.#state.columns);
  }
}
