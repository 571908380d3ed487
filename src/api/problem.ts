import type { ApiError } from "./v1.ts";

/** Why there is no answer: a sentence for people, and the HTTP status that says whose turn it is. */
export interface Problem {
  /** The action, the value it saw, what to do. */
  readonly problem: string;
  /** 400 and 404: the question is wrong. 503, which also stands where there is none: the history cannot say now. */
  readonly status?: 400 | 404 | 503;
  readonly type?: ApiError["type"];
}

/** For who went away meanwhile, and those that were not begun for them. */
export const nobodyWaits = { problem: "nobody waits for it", status: 503 } as const satisfies Problem;

export function isProblem(answer: object): answer is Problem {
  return "problem" in answer;
}
