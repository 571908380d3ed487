import type { ApiProblem } from "./problem.ts";

export function isForbidden({ reason, status }: ApiProblem): boolean {
  return reason === "forbidden" || status === 405;
}

/** Too old a version, or one that the API has yet to reach: it is another one now, and only a list helps. */
export function isOutOfDate({ reason, detail }: ApiProblem): boolean {
  return reason === "expired" || /too large resource version/i.test(detail);
}

/** Whether the rest of a list can be had still: the continue token stands, and only this answer did not come. */
export function mayAskAgain({ status }: ApiProblem): boolean {
  return status === undefined || status === 401 || status === 403 || status === 429 || status >= 500;
}

/**
 * How servers say that they send no lists as streams: the parameter is unknown or forbidden, or, in an event of the
 * stream, an internal error: "the required storage feature RequestWatchProgress is disabled".
 */
export function refusesStream({ status }: ApiProblem, opened: boolean): boolean {
  return status === 400 || status === 406 || status === 422 || status === 501 || (opened && status === 500);
}
