import type { Writer } from "protobufjs/minimal.js";
import type { NativeView } from "../histogram/native-buckets.ts";
import { field } from "./protobuf-fields.ts";

/** Empty buckets in a row that cost less written out, a byte each, than as the gap between two spans. */
const maxBridged = 2;

/**
 * The sparse part of a Histogram message: spans of buckets that follow one another, and each bucket's count as the
 * difference from the one before (https://prometheus.io/docs/specs/native_histograms/, "Exposition formats").
 */
export function writeNativeHistogram(writer: Writer, view: NativeView): void {
  writer.uint32(field.histogram.schema).sint32(view.schema);
  writer.uint32(field.histogram.zeroThreshold).double(view.zeroThreshold);
  writer.uint32(field.histogram.zeroCount).uint64(view.zeroCount);
  writeSpans(writer, view);
  writeDeltas(writer, view);
}

function writeSpans(writer: Writer, view: NativeView): void {
  // Where the span begins: the first from index 0, each other from the end of the one before.
  let end = 0;
  for (let position = 0; position < view.length; ) {
    const start = view.index(position);
    let next = start;
    while (position < view.length && view.index(position) - next <= maxBridged) {
      next = view.index(position) + 1;
      position++;
    }
    writer
      .uint32(field.histogram.positiveSpan)
      .fork()
      .uint32(field.span.offset)
      .sint32(start - end);
    writer
      .uint32(field.span.length)
      .uint32(next - start)
      .ldelim();
    end = next;
  }
}

function writeDeltas(writer: Writer, view: NativeView): void {
  let before = 0;
  for (let position = 0; position < view.length; position++) {
    const bridged = position === 0 ? 0 : view.index(position) - view.index(position - 1) - 1;
    if (bridged > 0 && bridged <= maxBridged) {
      for (let empty = 0; empty < bridged; empty++) {
        writer.uint32(field.histogram.positiveDelta).sint64(-before);
        before = 0;
      }
    }
    writer.uint32(field.histogram.positiveDelta).sint64(view.count(position) - before);
    before = view.count(position);
  }
}
