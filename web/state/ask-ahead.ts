/** What is asked ahead is asked by the page within this time, or it is too old. */
const freshMs = 3_000;

interface Ahead {
  readonly url: string;
  readonly askedMs: number;
  readonly response: Promise<Response>;
  readonly ending: AbortController;
}

let ahead: Ahead | undefined;

/** Asks what is going to be asked, so that the answer is on its way while the page that wants it is being made. */
export function askAhead(url: string): void {
  const ending = new AbortController();
  const response = fetch(url, { signal: ending.signal });
  // Whoever takes it is told.
  response.catch(() => {});
  ahead = { url, askedMs: performance.now(), response, ending };
}

/** As `fetch`: what was asked ahead is not asked again, once. */
export function fetchAsked(url: string, signal: AbortSignal): Promise<Response> {
  const taken = ahead;
  if (taken === undefined || taken.url !== url) return fetch(url, { signal });
  ahead = undefined;
  if (performance.now() - taken.askedMs > freshMs) {
    taken.ending.abort();
    return fetch(url, { signal });
  }
  signal.addEventListener("abort", () => taken.ending.abort(signal.reason), { once: true });
  return taken.response;
}
