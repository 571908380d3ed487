import type { LiveEvents as Events } from "../../api/v1.ts";
import type { Clock, Timer } from "../../clock.ts";
import type { LiveReader } from "../send-live.ts";
import type { Answer } from "../server.ts";
import { type Slot, Slots } from "../slots.ts";
import { Changes } from "./changes.ts";
import { refuse, tooMany } from "./refuse.ts";
import type { ApiSource } from "./source.ts";

/**
 * Half of all connections that the server takes: whoever listens is never sent away to make room (see ConnectionGuard),
 * and others have to get through.
 */
const maxListeners = 64;
/** Who has not read for so long gives its place to who asks for one. */
const stalledMs = 10_000;
const tickMs = 2_000;
/** After that a listener has to come anew, and show its password or certificate, which may not be good any more. */
const maxAgeMs = 3_600_000;
/** So long EventSource waits before it comes back. */
const retryMs = 2_000;
/** A page asks, and listens once it is there, which is so long after its answer was made at the most. */
const openingMs = 10_000;

interface Listener {
  readonly reader: LiveReader;
  readonly slot: Slot;
  readonly sinceMs: number;
}

/** Server-sent events for those who look at now (`/api/v1/events`). */
export class LiveEvents {
  readonly #source: Pick<ApiSource, "status" | "onChange">;
  readonly #clock: Clock;
  readonly #slots: Slots;
  readonly #listeners = new Set<Listener>();
  readonly #changes: Changes;
  /** Ends the hearing of changes, while somebody listens: before that there may be nobody yet who tells of them. */
  #unsubscribe: (() => void) | undefined;
  /** The same for those who have asked and do not listen yet. */
  #unwatch: (() => void) | undefined;
  #changedMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(source: Pick<ApiSource, "status" | "onChange">, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#slots = new Slots(maxListeners, stalledMs, () => clock.nowMs());
    this.#changes = new Changes(clock, (change) => this.#send(eventOf("change", change)));
  }

  /** Somebody asks a question, and may listen next: what changes in between would be told to nobody. */
  asked(): void {
    if (this.#isStopped) return;
    // Anew each time: the first may have come before there was anybody who tells.
    this.#unwatch?.();
    this.#unwatch = this.#source.onChange(() => {
      this.#changedMs = this.#clock.nowMs();
    });
  }

  answer(peer: string): Answer {
    if (this.#isStopped) return refuse(503, "PinGo is stopping");
    const slot = this.#slots.take(peer);
    if (slot === undefined)
      return tooMany(`${maxListeners} are listening; ask for /api/v1/overview now and then instead`);
    let listener: Listener | undefined;
    const body = {
      begin: (reader: LiveReader) => {
        listener = this.#add(reader, slot);
      },
      ended: () => {
        if (listener !== undefined) this.#remove(listener);
      },
    };
    // Proxies that hold answers back until they are whole, as nginx does, are told not to.
    const headers = { "X-Accel-Buffering": "no" };
    return {
      status: 200,
      contentType: "text/event-stream",
      headers,
      body,
      signal: slot.signal,
      sent: () => slot.free(),
    };
  }

  /** Ends what everybody hears. Can be called again. */
  stop(): void {
    this.#isStopped = true;
    for (const { reader } of this.#listeners) reader.end();
    this.#listeners.clear();
    this.#quiet();
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  #add(reader: LiveReader, slot: Slot): Listener {
    const listener = { reader, slot, sinceMs: this.#clock.nowMs() };
    const hello: Events["hello"] = { nowMs: this.#clock.unixMs(), startedMs: this.#source.status().startedMs };
    reader.write(`retry: ${retryMs}\n${eventOf("hello", hello)}`);
    if (listener.sinceMs - this.#changedMs < openingMs) reader.write(eventOf("change", this.#someChange()));
    if (this.#isStopped) {
      reader.end();
      return listener;
    }
    this.#listeners.add(listener);
    this.#timer ??= this.#clock.setTimer(() => this.#tick(), tickMs);
    this.#unsubscribe ??= this.#source.onChange((changed) => this.#changes.add(changed));
    return listener;
  }

  #someChange(): Events["change"] {
    return { nowMs: this.#clock.unixMs(), keys: [], isMore: true };
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#quiet();
  }

  #quiet(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#changes.stop();
  }

  #tick(): void {
    this.#timer = this.#clock.setTimer(() => this.#tick(), tickMs);
    const tick: Events["tick"] = { nowMs: this.#clock.unixMs() };
    this.#send(eventOf("tick", tick));
    for (const { reader, sinceMs } of this.#listeners) {
      if (this.#clock.nowMs() - sinceMs >= maxAgeMs) reader.end();
    }
  }

  #send(text: string): void {
    for (const { reader, slot } of this.#listeners) reader.write(text, () => slot.moved());
  }
}

function eventOf<Name extends keyof Events>(name: Name, data: Events[Name]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
