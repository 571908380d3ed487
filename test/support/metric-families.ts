import protobuf from "protobufjs";

/** What Prometheus reads: the parts that PinGo writes of client_model's metrics.proto, as a schema of the library. */
const root = protobuf.Root.fromJSON({
  nested: {
    LabelPair: { fields: { name: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
    Timestamp: { fields: { seconds: { type: "int64", id: 1 }, nanos: { type: "int32", id: 2 } } },
    Value: { fields: { value: { type: "double", id: 1 }, created: { type: "Timestamp", id: 3 } } },
    Summary: {
      fields: {
        sampleCount: { type: "uint64", id: 1 },
        sampleSum: { type: "double", id: 2 },
        created: { type: "Timestamp", id: 4 },
      },
    },
    Bucket: { fields: { cumulativeCount: { type: "uint64", id: 1 }, upperBound: { type: "double", id: 2 } } },
    Span: { fields: { offset: { type: "sint32", id: 1 }, length: { type: "uint32", id: 2 } } },
    Histogram: {
      fields: {
        sampleCount: { type: "uint64", id: 1 },
        sampleSum: { type: "double", id: 2 },
        bucket: { rule: "repeated", type: "Bucket", id: 3 },
        schema: { type: "sint32", id: 5 },
        zeroThreshold: { type: "double", id: 6 },
        zeroCount: { type: "uint64", id: 7 },
        positiveSpan: { rule: "repeated", type: "Span", id: 12 },
        positiveDelta: { rule: "repeated", type: "sint64", id: 13 },
        created: { type: "Timestamp", id: 15 },
      },
    },
    Metric: {
      fields: {
        label: { rule: "repeated", type: "LabelPair", id: 1 },
        gauge: { type: "Value", id: 2 },
        counter: { type: "Value", id: 3 },
        summary: { type: "Summary", id: 4 },
        untyped: { type: "Value", id: 5 },
        histogram: { type: "Histogram", id: 7 },
      },
    },
    MetricFamily: {
      fields: {
        name: { type: "string", id: 1 },
        help: { type: "string", id: 2 },
        type: { type: "int32", id: 3 },
        metric: { rule: "repeated", type: "Metric", id: 4 },
      },
    },
  },
});

export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

interface Value {
  readonly value: number;
  readonly created?: Timestamp;
}

export interface HistogramMessage {
  readonly sampleCount: number;
  readonly sampleSum: number;
  readonly bucket: readonly { readonly cumulativeCount: number; readonly upperBound: number }[];
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positiveSpan: readonly { readonly offset: number; readonly length: number }[];
  readonly positiveDelta: readonly number[];
  readonly created?: Timestamp;
}

export interface MetricMessage {
  readonly label: readonly { readonly name: string; readonly value: string }[];
  readonly gauge?: Value;
  readonly counter?: Value;
  readonly untyped?: Value;
  readonly summary?: { readonly sampleCount: number; readonly sampleSum: number; readonly created?: Timestamp };
  readonly histogram?: HistogramMessage;
}

export interface FamilyMessage {
  readonly name: string;
  readonly help: string;
  readonly type: number;
  readonly metric: readonly MetricMessage[];
}

/** Reads a page of MetricFamily messages, each behind its length. */
export function readFamilies(page: Uint8Array): FamilyMessage[] {
  const type = root.lookupType("MetricFamily");
  const reader = protobuf.Reader.create(page);
  const families: FamilyMessage[] = [];
  while (reader.pos < reader.len) {
    const message = type.decodeDelimited(reader);
    const plain = type.toObject(message, { longs: Number, arrays: true, defaults: true });
    families.push(withoutNulls(plain) as FamilyMessage);
  }
  return families;
}

/** What is not there, the library gives as null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(entries.map(([name, field]) => [name, withoutNulls(field)]));
}

/** How many a native histogram's buckets hold, by index. */
export function nativeCounts({ positiveSpan, positiveDelta }: HistogramMessage): Map<number, number> {
  const counts = new Map<number, number>();
  const deltas = [...positiveDelta];
  let index = 0;
  let count = 0;
  for (const { offset, length } of positiveSpan) {
    index += offset;
    for (let position = 0; position < length; position++, index++) {
      count += deltas.shift() ?? Number.NaN;
      if (count !== 0) counts.set(index, count);
    }
  }
  if (deltas.length > 0) throw new Error(`${deltas.length} deltas are in no span`);
  return counts;
}
