import type { Question } from "../../api/queries.ts";
import type { Answer } from "../server.ts";
import type { Slot } from "../slots.ts";
import { json } from "./refuse.ts";

const csv = "text/csv; charset=utf-8; header=present";
/** What the kernel takes off our hands at once, whether it is read or not, needs no place among those that are being sent. */
export const shortBytes = 16 * 1_024;
/** Long ones are encoded on another thread chunk by chunk, and no faster than they are read. */
const chunkBytes = 64 * 1_024;

/** A short answer, whole. */
export function sendShort(question: Question, bytes: Uint8Array, nowMs: number): Answer {
  return { ...headOf(question, nowMs), body: Buffer.from(bytes).toString() };
}

/** The bytes of an answer, on their way for as long as `slot` is theirs. */
export function sendLong(question: Question, bytes: Uint8Array, nowMs: number, slot: Slot): Answer {
  const { signal } = slot;
  return { ...headOf(question, nowMs), body: chunksOf(bytes, slot), signal, sent: () => slot.free() };
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
