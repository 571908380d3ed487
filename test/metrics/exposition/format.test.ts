import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAccept } from "../../../src/metrics/exposition/accept.ts";
import { negotiate } from "../../../src/metrics/exposition/format.ts";

const text = "text/plain; version=0.0.4; charset=utf-8";
const om = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
const askedProtobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

describe("who asks", () => {
  for (const [who, accept, expected] of [
    ["nothing", undefined, text],
    ["an empty header", "", text],
    ["curl", "*/*", text],
    ["a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", text],
    [
      "Prometheus 2.42",
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      om,
    ],
    [
      "Prometheus 2.42 with native histograms",
      `${askedProtobuf},application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
      protobuf,
    ],
    [
      "Prometheus 3",
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
      `${om}; escaping=allow-utf-8`,
    ],
    [
      "Prometheus 3 with native histograms",
      `${askedProtobuf};escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`,
      `${protobuf}; escaping=allow-utf-8`,
    ],
    [
      "Prometheus 3 that wants its own text alone",
      "text/plain;version=1.0.0;escaping=underscores;q=0.9,*/*;q=0.1",
      "text/plain; version=1.0.0; charset=utf-8; escaping=underscores",
    ],
    ["OpenMetrics of the first draft", "application/openmetrics-text;version=0.0.1", om.replace("1.0.0", "0.0.1")],
    ["OpenMetrics without a version", "application/openmetrics-text", om],
    ["OpenMetrics of a version to come", "application/openmetrics-text;version=2.0.0;q=0.9,text/plain;q=0.1", text],
    ["a message that we do not know", "application/vnd.google.protobuf;proto=x;encoding=delimited", text],
    ["a message in another encoding", askedProtobuf.replace("delimited", "text"), text],
    ["protobuf of nothing in particular", "application/vnd.google.protobuf", text],
    ["anything of the application kind", "application/*", text],
    ["what is not acceptable", `${askedProtobuf};q=0,application/openmetrics-text;q=0.0,text/plain;q=0.1`, text],
    ["nothing that we have", "image/png", text],
    ["an escaping that is none", "text/plain;version=0.0.4;escaping=forged\r\nx", text],
    ["capitals and spaces", 'Application/OpenMetrics-Text ; Version="1.0.0" ; Q=0.9 , text/plain;q=0.5', om],
    ["what a slip of the pen made", "application/openmetrics-text;q=high,,;,/,text/plain;q=0.5", om],
    [
      "the most specific range counts",
      "application/openmetrics-text;q=0.9,application/openmetrics-text;version=1.0.0;q=0.1,text/plain;q=0.5",
      om.replace("1.0.0", "0.0.1"),
    ],
  ] as const) {
    test(`${who} gets what it likes best`, () => assert.equal(negotiate(accept).contentType, expected));
  }
});

test("a quoted comma or semicolon parts nothing", () => {
  assert.deepEqual(parseAccept('a/b;x="1,2;3\\"4";q=0.5, c/d'), [
    { type: "a", subtype: "b", parameters: { x: '1,2;3"4' }, quality: 0.5 },
    { type: "c", subtype: "d", parameters: {}, quality: 1 },
  ]);
});

test("a header of 16 KB of anything is read in no time", () => {
  const startMs = performance.now();
  for (const character of [",", ";", '"', "/", "a", " ", "\\", "a/b;", '"\\']) parseAccept(character.repeat(16_000));
  assert.ok(performance.now() - startMs < 500, `${performance.now() - startMs} ms`);
});
