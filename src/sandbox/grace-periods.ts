import type { Clock, Timer } from "../clock.ts";

/**
 * How long each silent kubelet has left until its node is called NotReady; the part of the node lifecycle
 * controller that counts: https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
 */
export class GracePeriods {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #onEnd: (name: string) => void;
  readonly #timers = new Map<string, Timer>();

  /** `onEnd` is called with the name of a node that was silent for `periodMs`. */
  constructor(clock: Clock, periodMs: number, onEnd: (name: string) => void) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#onEnd = onEnd;
  }

  /** Begins anew where it has already begun. */
  begin(name: string): void {
    this.cancel(name);
    const end = () => {
      this.#timers.delete(name);
      this.#onEnd(name);
    };
    this.#timers.set(name, this.#clock.setTimer(end, this.#periodMs));
  }

  cancel(name: string): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }

  cancelAll(): void {
    for (const name of [...this.#timers.keys()]) this.cancel(name);
  }
}
