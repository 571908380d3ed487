import { useEffect, useRef, useState } from "preact/hooks";
import { type LinkState, LiveLink } from "../state/live-link.ts";
import { likelyStepMs } from "../state/ranges.ts";

/** Questions are asked again at most so often. */
const pulseEveryMs = 1_000;
/** After the end of a step, its last handshakes need a moment to end. */
const afterStepMs = 1_500;

const fine: LinkState = { isLost: false, isPolled: false, heardMs: undefined };

/**
 * Follows the server while now is shown and somebody looks: the pulse counts up when something has changed, and when a
 * step is over. In a tab that nobody sees there is no connection and no timer.
 */
export function useLive(isNow: boolean, rangeMs: number): { readonly pulse: number; readonly link: LinkState } {
  const isVisible = useVisibility();
  const [pulse, setPulse] = useState(0);
  const [link, setLink] = useState(fine);
  const wasHidden = useRef(false);
  useEffect(() => {
    if (!isVisible) wasHidden.current = true;
    if (!isNow || !isVisible) return;
    const beat = new Beat(() => setPulse((before) => before + 1));
    if (wasHidden.current) beat.now();
    wasHidden.current = false;
    const live = new LiveLink({ changed: () => beat.soon(), stateChanged: setLink });
    const stopSteps = everyStep(likelyStepMs(rangeMs), () => beat.soon());
    return () => {
      live.close();
      stopSteps();
      beat.stop();
      setLink(fine);
    };
  }, [isNow, isVisible, rangeMs]);
  return { pulse, link };
}

/** Lets the first through at once, and of those that follow one a second. */
class Beat {
  readonly #beat: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(beat: () => void) {
    this.#beat = beat;
  }

  soon(): void {
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(0, this.#lastMs + pulseEveryMs - performance.now());
    this.#timer = setTimeout(() => this.now(), waitMs);
  }

  now(): void {
    this.stop();
    this.#lastMs = performance.now();
    this.#beat();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function everyStep(stepMs: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    // Long steps go on showing something new: their last column grows.
    const everyMs = Math.min(stepMs, 60_000);
    timer = setTimeout(stepEnded, everyMs - (Date.now() % everyMs) + afterStepMs);
  };
  const stepEnded = () => {
    wait();
    act();
  };
  wait();
  return () => clearTimeout(timer);
}

function useVisibility(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const follow = () => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", follow);
    return () => document.removeEventListener("visibilitychange", follow);
  }, []);
  return isVisible;
}
