import type { Readable } from "node:stream";
import type { Clock } from "../../clock.ts";
import { formatMs } from "../../units.ts";
import { type ApiProblem, problemOfError } from "./problem.ts";

export interface BodyLimits {
  /** A body that is longer is given up. */
  readonly maxBytes: number;
  /** A body that brings no byte for so long is given up, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** A body that is not whole after so long is given up, in milliseconds. */
  readonly totalTimeoutMs: number;
}

/** A whole answer as text, or why not. */
export async function readBody(
  body: Readable,
  limits: BodyLimits,
  clock: Clock,
): Promise<{ readonly text: string } | { readonly problem: ApiProblem }> {
  const chunks: Buffer[] = [];
  let length = 0;
  let late: ApiProblem | undefined;
  const giveUpAfter = (ms: number, problem: ApiProblem) =>
    clock.setTimer(() => {
      late ??= problem;
      body.destroy();
    }, ms);
  const watchdog = () => giveUpAfter(limits.idleTimeoutMs, stalled(limits.idleTimeoutMs));
  const deadline = giveUpAfter(limits.totalTimeoutMs, tooSlow(limits.totalTimeoutMs));
  let timer = watchdog();
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      timer.cancel();
      timer = watchdog();
      length += chunk.length;
      if (length > limits.maxBytes) return { problem: tooLong(limits.maxBytes) };
      chunks.push(chunk);
    }
  } catch (error) {
    return { problem: late ?? brokenOff(error as Error, length) };
  } finally {
    timer.cancel();
    deadline.cancel();
  }
  if (late !== undefined) return { problem: late };
  return { text: Buffer.concat(chunks).toString() };
}

function tooLong(maxBytes: number): ApiProblem {
  return {
    reason: "bad_answer",
    detail: `its answer is longer than ${maxBytes / 2 ** 20} MiB; that is no page of nodes`,
  };
}

function stalled(idleTimeoutMs: number): ApiProblem {
  return { reason: "timeout", detail: `its answer stopped in the middle for ${formatMs(idleTimeoutMs)}` };
}

function tooSlow(totalTimeoutMs: number): ApiProblem {
  return { reason: "timeout", detail: `its answer is not complete after ${formatMs(totalTimeoutMs)}` };
}

function brokenOff(error: Error, length: number): ApiProblem {
  const { detail } = problemOfError(error);
  return { reason: "connection", detail: `its answer broke off after ${length} bytes: ${detail}` };
}
