import { connect, type Socket } from "node:net";
import type { Clock } from "../clock.ts";
import type { Failure, Outcome } from "../outcome.ts";
import { msToUs } from "../units.ts";
import type { HandshakeEngine, HandshakeRequest } from "./engine.ts";
import { deadlineCode, resultOfErrno } from "./network-errors.ts";

/**
 * Handshakes through node:net: for every system that Node runs on. The stopwatch is this program's own, so that its
 * figure holds the event loop's delay; SYNs cannot be counted. A connection is closed with FIN as soon as it is seen.
 */
export class PortableEngine implements HandshakeEngine {
  readonly name = "portable";
  readonly #clock: Clock;
  readonly #inFlight = new Set<PortableHandshake>();
  #stopped: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(request: HandshakeRequest, done: (outcome: Outcome) => void): () => void {
    const handshake = new PortableHandshake(request, this.#clock, (outcome) => {
      this.#inFlight.delete(handshake);
      if (outcome !== undefined) done(outcome);
      if (this.#inFlight.size === 0) this.#stopped?.();
    });
    this.#inFlight.add(handshake);
    return () => handshake.giveUp();
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      const previous = this.#stopped;
      this.#stopped = () => {
        previous?.();
        resolve();
      };
      for (const handshake of this.#inFlight) handshake.giveUp();
      if (this.#inFlight.size === 0) this.#stopped();
    });
  }
}

/** One handshake from connect to close. */
class PortableHandshake {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #timeoutMs: number;
  readonly #closed: (outcome: Outcome | undefined) => void;
  readonly #deadline: { cancel(): void };
  #outcome: Outcome | undefined;
  #givenUp = false;

  /** `closed` is called once, when the socket is closed: with undefined where the handshake was given up. */
  constructor(request: HandshakeRequest, clock: Clock, closed: (outcome: Outcome | undefined) => void) {
    this.#clock = clock;
    this.#timeoutMs = request.timeoutMs;
    this.#closed = closed;
    this.#deadline = clock.setTimer(() => this.#deadlinePassed(), request.timeoutMs);
    this.#startedMs = clock.nowMs();
    this.#socket = connect({ host: request.host, port: request.port });
    // node:net calls connect(2) in its own nextTick, queued before this one. A socket that is destroyed by now got
    // its error from connect itself, before any packet was sent: no route from here, no port, no descriptor.
    process.nextTick(() => this.#refusedByThisMachine());
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("error", (error: NodeJS.ErrnoException) => this.#failed(error.code ?? error.message));
    this.#socket.on("close", () => this.#finished());
  }

  giveUp(): void {
    this.#givenUp = true;
    this.#socket.destroy();
  }

  #connected(): void {
    const elapsedMs = this.#clock.nowMs() - this.#startedMs;
    // A connection that is seen only after its deadline was there before it: this program was held up.
    const connectUs = elapsedMs <= this.#timeoutMs ? msToUs(elapsedMs) : undefined;
    this.#settle({ probe: "tcp", path: 0, startedMs: this.#startedMs, result: "ok", connectUs });
    this.#socket.destroy();
  }

  #refusedByThisMachine(): void {
    const error: NodeJS.ErrnoException | null = this.#socket.errored;
    if (error !== null) this.#fail("local", error.code ?? error.message);
  }

  #failed(code: string): void {
    this.#fail(resultOfErrno(code), code);
  }

  /**
   * Where the event loop was held up, the deadline may be seen before the answer that came in time. One more turn of
   * the loop lets the answer in.
   */
  #deadlinePassed(): void {
    setImmediate(() => {
      if (this.#outcome !== undefined) return;
      this.#fail("timeout", deadlineCode);
      this.#socket.destroy();
    });
  }

  #fail(result: Failure["result"], code: string): void {
    this.#settle({ probe: "tcp", path: 0, startedMs: this.#startedMs, result, code });
  }

  /** The first word counts. */
  #settle(outcome: Outcome): void {
    this.#outcome ??= outcome;
  }

  #finished(): void {
    this.#deadline.cancel();
    this.#closed(this.#givenUp ? undefined : this.#outcome);
  }
}
