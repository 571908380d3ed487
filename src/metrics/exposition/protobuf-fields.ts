/** How the wire format writes a value: Protocol Buffers, "Encoding", https://protobuf.dev/programming-guides/encoding/. */
const varint = 0;
const fixed64 = 1;
const delimited = 2;

function tag(number: number, wireType: number): number {
  return (number << 3) | wireType;
}

/**
 * The fields of Prometheus' messages, each as the tag that stands before its value. Numbers and types are those of
 * io/prometheus/client/metrics.proto in https://github.com/prometheus/client_model.
 */
export const field = {
  family: {
    name: tag(1, delimited),
    help: tag(2, delimited),
    type: tag(3, varint),
    metric: tag(4, delimited),
  },
  metric: {
    label: tag(1, delimited),
    gauge: tag(2, delimited),
    counter: tag(3, delimited),
    summary: tag(4, delimited),
    untyped: tag(5, delimited),
    histogram: tag(7, delimited),
  },
  label: { name: tag(1, delimited), value: tag(2, delimited) },
  /** Of a gauge, a counter, and an untyped value alike. */
  value: tag(1, fixed64),
  counterCreated: tag(3, delimited),
  summary: { sampleCount: tag(1, varint), sampleSum: tag(2, fixed64), created: tag(4, delimited) },
  histogram: {
    sampleCount: tag(1, varint),
    sampleSum: tag(2, fixed64),
    bucket: tag(3, delimited),
    schema: tag(5, varint),
    zeroThreshold: tag(6, fixed64),
    zeroCount: tag(7, varint),
    positiveSpan: tag(12, delimited),
    positiveDelta: tag(13, varint),
    created: tag(15, delimited),
  },
  bucket: { cumulativeCount: tag(1, varint), upperBound: tag(2, fixed64) },
  span: { offset: tag(1, varint), length: tag(2, varint) },
  timestamp: { seconds: tag(1, varint), nanos: tag(2, varint) },
} as const;
