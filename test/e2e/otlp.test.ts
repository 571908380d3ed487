import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { pythonProtobuf } from "../../scripts/debian.ts";
import { startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { skipWithout } from "../support/need.ts";
import { unpackedFromNextSuite } from "../support/next-suite.ts";
import { Pingo } from "../support/pingo.ts";

const nodes = 6;

/** PinGo on a small cluster, pushing there every second. */
async function push(t: { after(callback: () => unknown): void }, endpoint: string, probe = "500ms") {
  const sandbox = await startSandbox({ nodes });
  t.after(() => sandbox.stop());
  const args = ["--listen", "127.0.0.1:0", "--probe", probe, "--otlp-endpoint", endpoint, "--otlp-interval", "1"];
  const pingo = new Pingo(args, sandbox.environment());
  t.after(() => pingo.stop());
  const [, port] = await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/);
  return { pingo, page: () => MetricsPage.fetch(Number(port)) };
}

describe("pushed as OTLP", () => {
  test("says what the page says, to a reader that is not ours", {
    skip: skipWithout("root", "apt-get", "python3", pythonProtobuf),
    timeout: 180_000,
  }, async (t) => {
    const messages = unpackedFromNextSuite("python3-opentelemetry-proto");
    const requests: Buffer[] = [];
    const receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      assert.equal(request.url, "/v1/metrics");
      assert.equal(request.headers["content-type"], "application/x-protobuf");
      requests.push(Buffer.concat(chunks));
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    t.after(() => {
      receiver.closeAllConnections();
      receiver.close();
    });
    const { page } = await push(t, `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, "10s");
    const synsOf = (from: MetricsPage) => [...from.select("pingo_syn_sent_total")];
    // A push that lies between two pages that say the same says it, too.
    for (let attempt = 0; ; attempt++) {
      assert.ok(attempt < 60, "the counters never stood still");
      const before = await page();
      const from = requests.length;
      await eventually("a push", () => wholePush(requests.slice(from)) !== undefined, 30_000);
      const after = await page();
      if (synsOf(before).length !== nodes || !isDeepStrictEqual(synsOf(before), synsOf(after))) continue;
      compare(after, readOtlp(wholePush(requests.slice(from)) as Buffer, messages));
      return;
    }
  });

  test("to a far side that is down, costs nothing but the count of it, and goes on when that is back", {
    timeout: 60_000,
  }, async (t) => {
    const answers = { status: 503, requests: 0 };
    const receiver = createServer((request, response) => {
      answers.requests++;
      request.resume().on("end", () => response.writeHead(answers.status).end());
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    t.after(() => {
      receiver.closeAllConnections();
      receiver.close();
    });
    const { port } = receiver.address() as AddressInfo;
    const { pingo, page } = await push(t, `http://127.0.0.1:${port}`);
    await pingo.says(/does not take metrics/);
    const failed = await page();
    assert.ok((failed.value("pingo_pushes_total", { result: "failed" }) ?? 0) >= 1);
    assert.ok((failed.value("pingo_push_dropped_points_total") ?? 0) > 50);
    answers.status = 200;
    await pingo.says(/takes metrics again after/);
    assert.ok(((await page()).value("pingo_pushes_total", { result: "ok" }) ?? 0) >= 1);
    assert.equal((await page()).select("pingo_up").size, nodes);
  });

  test("to one that says nothing, does not keep PinGo from ending", { timeout: 60_000 }, async (t) => {
    let asked = 0;
    const silent = createTcpServer((socket) => {
      asked++;
      socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(silent, "listening");
    t.after(() => silent.close());
    const { pingo } = await push(t, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    await eventually("a push is under way", () => asked > 0);
    const { code, tookMs } = await pingo.stop();
    assert.equal(code, 0);
    assert.ok(tookMs < 2_000, `it took ${tookMs} ms`);
  });
});

/** The first push that is there whole: a request of PinGo's own metrics and one of the rest. One after another they are one message. */
function wholePush(requests: readonly Buffer[]): Buffer | undefined {
  const rest = requests.findIndex((request, index) => index > 0 && request.includes("pingo_up"));
  return rest < 0 ? undefined : Buffer.concat(requests.slice(rest - 1, rest + 1));
}

/** What `/metrics` says of the targets, against what was pushed. */
function compare(page: MetricsPage, points: readonly Point[]): void {
  const find = (metric: string, wanted: Record<string, string>) =>
    points.filter(
      (point) =>
        point.metric === metric && Object.entries(wanted).every(([name, value]) => point.attributes[name] === value),
    );
  const [own] = points;
  assert.equal(own?.resource["service.name"], "pingo");
  let compared = 0;
  for (const [series, value] of page.all()) {
    const [, name = "", text = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(series) ?? [];
    if (
      !/^pingo_(zone_|reply|lost|probes_total|syn|up|target|handshake|connect)/.test(name) ||
      name.endsWith("_bucket")
    )
      continue;
    const labels = Object.fromEntries(
      [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", of = ""]) => [label, of]),
    );
    if (labels.name === "API") continue;
    const [, base = "", part] = /^(pingo_(?:zone_)?(?:handshake_rtt|connect)_seconds)_(sum|count)$/.exec(name) ?? [
      undefined,
      name,
    ];
    const found = find(base, labels);
    assert.equal(found.length, 1, series);
    const [point] = found as [Point];
    assert.equal(part === "sum" ? point.sum : part === "count" ? point.count : point.value, value, series);
    compared++;
  }
  assert.ok(compared > 14 * nodes, `${compared} series`);
  for (const point of find("pingo_handshake_rtt_seconds", {})) {
    const { scale, zeroCount = 0, offset = 0, bucketCounts = [], count = 0, sum = 0 } = point;
    assert.equal(scale, 3);
    if (count === 0) continue;
    assert.equal(
      bucketCounts.reduce((total, each) => total + each, zeroCount),
      count,
    );
    // Bucket i holds what is above base ** i and not above base ** (i + 1) seconds.
    const bound = (upper: number) =>
      bucketCounts.reduce((total, each, index) => total + each * 2 ** ((offset + index + upper) / 8), 0);
    assert.ok(sum > bound(0) && sum <= bound(1) * 1.000001, `${bound(0)} < ${sum} <= ${bound(1)}`);
  }
}

interface Point {
  readonly resource: Readonly<Record<string, string>>;
  readonly metric: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly value?: number;
  readonly sum?: number;
  readonly count?: number;
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly offset?: number;
  readonly bucketCounts?: readonly number[];
}

/** Reads a request with the messages that OpenTelemetry generates for Python. */
const reader = `
import json, sys
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
request = ExportMetricsServiceRequest()
request.ParseFromString(sys.stdin.buffer.read())
text = lambda pairs: {pair.key: pair.value.string_value for pair in pairs}
points = []
for of in request.resource_metrics:
    for scope in of.scope_metrics:
        for metric in scope.metrics:
            kind = metric.WhichOneof("data")
            data = getattr(metric, kind)
            if kind != "gauge":
                assert data.aggregation_temporality == 2, metric.name
            if kind == "sum":
                assert data.is_monotonic, metric.name
            for point in data.data_points:
                told = {"resource": text(of.resource.attributes), "metric": metric.name, "attributes": text(point.attributes)}
                if kind in ("sum", "gauge"):
                    told["value"] = point.as_double if point.WhichOneof("value") == "as_double" else point.as_int
                else:
                    told.update(sum=point.sum, count=point.count)
                if kind == "exponential_histogram":
                    told.update(scale=point.scale, zeroCount=point.zero_count, offset=point.positive.offset,
                                bucketCounts=list(point.positive.bucket_counts))
                points.append(told)
print(json.dumps(points))
`;

function readOtlp(request: Buffer, messages: string): Point[] {
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-c", reader], {
    input: request,
    encoding: "utf8",
    maxBuffer: 64 * 1_024 * 1_024,
    env: { PYTHONPATH: `${messages}/usr/lib/python3/dist-packages` },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Point[];
}
