import type { IncomingMessage } from "node:http";
import type { Clock } from "../../clock.ts";
import { type ApiProblem, problemOfError } from "./problem.ts";

export interface BodyLimits {
  /** A body that is longer is given up. */
  readonly maxBytes: number;
  /** A body that brings no byte for so long is given up, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** A whole answer as text, or why not. */
export async function readBody(
  body: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
): Promise<{ readonly text: string } | { readonly problem: ApiProblem }> {
  const chunks: Buffer[] = [];
  let length = 0;
  let idle = false;
  const watchdog = () =>
    clock.setTimer(() => {
      idle = true;
      body.destroy();
    }, limits.idleTimeoutMs);
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
    return { problem: idle ? stalled(limits.idleTimeoutMs) : brokenOff(error as Error, length) };
  } finally {
    timer.cancel();
  }
  if (idle) return { problem: stalled(limits.idleTimeoutMs) };
  return { text: Buffer.concat(chunks).toString() };
}

function tooLong(maxBytes: number): ApiProblem {
  return {
    reason: "bad_answer",
    detail: `its answer is longer than ${maxBytes / 2 ** 20} MiB; that is no page of nodes`,
  };
}

function stalled(idleTimeoutMs: number): ApiProblem {
  return { reason: "timeout", detail: `its answer stopped in the middle for ${idleTimeoutMs / 1_000} s` };
}

function brokenOff(error: Error, length: number): ApiProblem {
  const { detail } = problemOfError(error);
  return { reason: "connection", detail: `its answer broke off after ${length} bytes: ${detail}` };
}
