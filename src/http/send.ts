import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { type Coding, createEncoder, encode } from "./content-encoding.ts";
import { inTurns } from "./in-turns.ts";

/** An answer holds memory for as long. */
const answerTimeoutMs = 60_000;
/** What is shorter fits into a packet as it is. */
const worthEncodingBytes = 1_024;

/** Sends a body that is there. */
export function sendWhole(response: ServerResponse, body: Buffer, coding: Coding | undefined): void {
  if (coding === undefined || body.length < worthEncodingBytes) {
    response.end(body);
    return;
  }
  const encoded = encode(body, coding);
  response.setHeader("Content-Encoding", coding);
  response.setHeader("Content-Length", encoded.length);
  response.end(encoded);
}

export interface SendOptions {
  readonly coding: Coding | undefined;
  /** Cuts it off when it is aborted. */
  readonly signal: AbortSignal | undefined;
  /** One that is not read to its end in this time is cut off; a minute where nothing is said. */
  readonly limitMs?: number | undefined;
}

/**
 * Sends chunk by chunk, no faster than they are read: the next is made once whoever is before the network has the one
 * before. Rejects with what the making of a chunk threw, after it has cut the answer off, so that nobody takes for whole
 * what is not.
 */
export async function sendChunks(
  response: ServerResponse,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { coding, signal, limitMs = answerTimeoutMs }: SendOptions,
): Promise<void> {
  // The listener would never hear of it.
  if (signal?.aborted) {
    response.destroy();
    return;
  }
  const limit = setTimeout(() => response.destroy(), limitMs);
  signal?.addEventListener("abort", () => response.destroy(), { once: true });
  const gone = new Promise<void>((resolve) => response.once("close", resolve));
  const target = coding === undefined ? response : encodedInto(response, coding);
  try {
    for await (const chunk of inTurns(chunks)) {
      // Of a socket that breaks meanwhile, the callback need not come.
      await Promise.race([new Promise<void>((resolve) => target.write(chunk, () => resolve())), gone]);
      if (response.destroyed) return;
    }
    target.end();
    await gone;
  } catch (error) {
    response.destroy();
    throw error;
  } finally {
    if (target !== response) target.destroy();
    clearTimeout(limit);
  }
}

function encodedInto(response: ServerResponse, coding: Coding): Writable {
  const encoder = createEncoder(coding);
  response.setHeader("Content-Encoding", coding);
  // A length that is known is that of what is encoded.
  response.removeHeader("Content-Length");
  encoder.pipe(response);
  return encoder;
}
