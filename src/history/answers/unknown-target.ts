import type { Problem } from "../../api/problem.ts";

/** To who asks for a target that never was, or of which nothing is kept any more. */
export function unknownTarget(key: string): Problem {
  return {
    status: 404,
    problem: `nothing is known of the target ${JSON.stringify(key)}; /api/v1/targets has all keys`,
  };
}
