import type { Problem } from "../../api/problem.ts";
import type { ApiError } from "../../api/v1.ts";
import type { Answer } from "../server.ts";

export const json = "application/json";

/** An answer that is not 200. */
export function refuse(status: number, error: string, type?: ApiError["type"]): Answer {
  const body: ApiError = { error, type };
  return { status, contentType: json, body: `${JSON.stringify(body)}\n` };
}

/** To those who ask for more at once than there is room for. */
export function tooMany(error: string): Answer {
  return { ...refuse(503, error), headers: { "Retry-After": "1" } };
}

export function refuseWith({ problem, status = 503, type }: Problem): Answer {
  return status === 503 ? tooMany(problem) : refuse(status, problem, type);
}
