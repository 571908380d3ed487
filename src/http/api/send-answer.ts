import type { Question } from "../../api/queries.ts";
import type { FileParts } from "../../history/file-parts.ts";
import type { Answer } from "../server.ts";
import type { Slot } from "../slots.ts";
import { json } from "./refuse.ts";

const csv = "text/csv; charset=utf-8; header=present";
/** What the kernel takes off our hands at once, whether it is read or not, needs no place among those that are being sent. */
export const shortBytes = 16 * 1_024;
/** Long ones are encoded on another thread chunk by chunk, and no faster than they are read. */
const chunkBytes = 64 * 1_024;
/** A file of 65,000 nodes is hundreds of megabytes; what stands still loses its place before. */
const fileLimitMs = 900_000;

/** A short answer, whole. */
export function sendShort(question: Question, bytes: Uint8Array, nowMs: number): Answer {
  return { ...headOf(question, nowMs), body: Buffer.from(bytes).toString() };
}

/** The bytes of an answer, on their way for as long as `slot` is theirs. */
export function sendLong(question: Question, bytes: Uint8Array, nowMs: number, slot: Slot): Answer {
  const { signal } = slot;
  return { ...headOf(question, nowMs), body: chunksOf(bytes, slot), signal, sent: () => slot.free() };
}

/** A file, made as it is read; `slot` and the parts are its own until it is sent. */
export function sendFile(question: Question, parts: FileParts, nowMs: number, slot: Slot): Answer {
  const sent = () => {
    slot.free();
    parts.end();
  };
  // At once: the question of whoever gets the place is about to go to the same thread, which has to have room for its file.
  slot.signal.addEventListener("abort", () => parts.end(), { once: true });
  return { ...headOf(question, nowMs), body: partsOf(parts, slot), signal: slot.signal, limitMs: fileLimitMs, sent };
}

async function* partsOf(parts: FileParts, slot: Slot): AsyncGenerator<Uint8Array> {
  for (let part = await parts.next(); part !== undefined; part = await parts.next()) {
    slot.moved();
    if (part.length > 0) yield part;
  }
}

function headOf({ ask, format }: Question, nowMs: number) {
  const name = `pingo-${ask}-${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  if (format !== "csv") return { status: 200, contentType: json };
  return { status: 200, contentType: csv, headers: { "Content-Disposition": `attachment; filename="${name}.csv"` } };
}

function* chunksOf(bytes: Uint8Array, slot: Slot): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    slot.moved();
    yield bytes.subarray(from, from + chunkBytes);
  }
}
