import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseQuestion } from "../../src/api/parse-query.ts";
import { isProblem } from "../../src/api/problem.ts";
import type { Question } from "../../src/api/queries.ts";

const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 10, 26, 12, 0, 30);
const noonMs = Date.UTC(2026, 10, 26, 12);

function ask(name: Question["ask"], query: string) {
  return parseQuestion(name, new URLSearchParams(query), nowMs);
}

/** The query, or the sentence that refuses it. */
function queryOf(name: Question["ask"], query: string): unknown {
  const asked = ask(name, query);
  return isProblem(asked) ? asked.problem : asked.query;
}

function timeOf(query: string): unknown {
  const asked = ask("zones", query);
  if (isProblem(asked)) return asked.problem;
  const { fromMs, toMs } = (asked as Extract<Question, { ask: "zones" }>).query;
  return [fromMs, toMs];
}

describe("a question without parameters", () => {
  const time = { fromMs: nowMs - 3 * hourMs, toMs: nowMs };
  for (const [name, query] of [
    ["overview", { ...time, cluster: "", zone: undefined, nodes: "sick", search: "", offset: 0, limit: 100 }],
    ["history", { ...time, key: undefined, cluster: "", zone: undefined }],
    ["zones", { ...time, cluster: "" }],
    ["events", { ...time, key: undefined, cluster: "", zone: undefined, kinds: [], before: undefined, limit: 100 }],
    ["targets", { cluster: "", search: "", offset: 0, limit: 100 }],
  ] as const) {
    test(`${name} asks for the last three hours, of everything`, () => {
      assert.deepEqual(ask(name, ""), { ask: name, query });
    });
  }
});

test("a question with all parameters has them all", () => {
  assert.deepEqual(queryOf("overview", "cluster=prod&zone=c&nodes=all&search=ip-10&offset=100&limit=500&range=15m"), {
    fromMs: nowMs - hourMs / 4,
    toMs: nowMs,
    cluster: "prod",
    zone: "c",
    nodes: "all",
    search: "ip-10",
    offset: 100,
    limit: 500,
  });
  assert.deepEqual(queryOf("events", "kinds=down,up&before=1795698000000:12&key=a/b/1.2.3.4:1&limit=1000&range=1h"), {
    fromMs: nowMs - hourMs,
    toMs: nowMs,
    key: "a/b/1.2.3.4:1",
    cluster: "",
    zone: undefined,
    kinds: ["down", "up"],
    before: "1795698000000:12",
    limit: 1_000,
  });
});

test("an empty zone is that of nodes without one, and an empty cluster is any", () => {
  const { cluster, zone } = queryOf("history", "cluster=&zone=") as { cluster: string; zone: string };
  assert.deepEqual([cluster, zone], ["", ""]);
});

test("a format stands in the question", () => {
  assert.equal((ask("zones", "format=csv") as Question).format, "csv");
  assert.equal((ask("zones", "format=json") as Question).format, "json");
});

describe("a time", () => {
  for (const [query, expected] of [
    ["from=2026-11-26T11:00:00Z", [noonMs - hourMs, nowMs]],
    ["from=2026-11-26T12:00:00%2B01:00&to=2026-11-26T12:00Z", [noonMs - hourMs, noonMs]],
    // What people write who do not know that a plus has to be written as %2B.
    ["from=2026-11-26T12:00:00+01:00&to=2026-11-26T12:00:00Z", [noonMs - hourMs, noonMs]],
    [`from=${noonMs - hourMs}&to=${noonMs}`, [noonMs - hourMs, noonMs]],
    ["from=2026-11-26%2011:00:00.5Z&to=2026-11-26t12:00:00z", [noonMs - hourMs + 500, noonMs]],
    [`at=${noonMs}&range=7d`, [noonMs - 168 * hourMs, noonMs]],
    [`from=${noonMs - 5 * hourMs}&range=1h`, [noonMs - 5 * hourMs, noonMs - 4 * hourMs]],
    [`to=${noonMs}`, [noonMs - 3 * hourMs, noonMs]],
    ["from=2026-11-25T23:59:59-12:00&to=2026-11-26T12:00Z", [noonMs - 1_000, noonMs]],
    ["at=2024-02-29T12:00:00Z&range=1h", [Date.UTC(2024, 1, 29, 11), Date.UTC(2024, 1, 29, 12)]],
    // The clock of who asks goes before ours.
    [`from=${noonMs}&to=${nowMs + hourMs}`, [noonMs, nowMs + hourMs]],
  ] as const) {
    test(`range of ${query}`, () => assert.deepEqual(timeOf(query), expected));
  }

  for (const [query, expected] of [
    [
      "from=yesterday",
      /^from="yesterday" is no time; give 2026-11-26T12:00:00Z \(RFC 3339\) or milliseconds since 1970$/,
    ],
    ["from=2026-13-26T11:00:00Z", /is no time/],
    ["from=2026-11-26", /is no time;/],
    ["at=2026-02-30T12:00:00Z", /^at="2026-02-30T12:00:00Z" is no time that there is; give 2026-11-26T12:00:00Z/],
    ["at=2026-02-29T12:00:00Z", /is no time that there is/],
    ["at=2026-11-31T12:00:00Z", /is no time that there is/],
    ["at=2026-11-00T12:00:00Z", /is no time that there is/],
    ["at=2026-11-26T24:00:00Z", /is no time that there is/],
    ["at=2026-11-26T12:60:00Z", /is no time that there is/],
    ["at=2026-11-26T12:00:60Z", /is no time that there is/],
    ["at=2026-11-26T12:00:00%2B24:00", /is no time that there is/],
    ["at=2026-11-26T12:00:00%2B01:60", /is no time that there is/],
    ["from=-5", /is no time/],
    ["from=1764158400", /^from="1764158400" is the time 1970-01-21T.*Z; give/],
    ["from=99999999999999", /is the time 5138-/],
    ["from=1969-12-31T23:59:59Z", /is the time 1969-/],
    ["range=3", /^range="3" is no range; give one from 1m to 31d, as 15m, 3h or 7d$/],
    ["range=0h", /is no range/],
    ["range=32d", /is no range/],
    ["range=1e3h", /is no range/],
    [
      "from=2026-11-26T11:00:00Z&to=2026-11-26T11:00:00Z",
      /^the range begins at .* and ends at .*; let it begin before it ends$/,
    ],
    ["from=2026-11-27T11:00:00Z", /^the range begins at/],
    ["from=2026-01-01T00:00:00Z", /^the range has 330 days; ask for 31 at the most$/],
    [`at=${noonMs}&to=${noonMs}`, /^to and at are the same; leave one out$/],
    [`from=${noonMs - hourMs}&to=${noonMs}&range=1h`, /^from, to and range are one too many; leave one out$/],
  ] as const) {
    test(`${query} is refused`, () => assert.match(String(timeOf(query)), expected));
  }
});

describe("is refused with a sentence", () => {
  for (const [name, query, expected] of [
    [
      "overview",
      "limt=5",
      'there is no parameter "limt" here; there are from, to, at, range, cluster, zone, nodes, search, offset, limit, format',
    ],
    ["overview", "limit=501", 'limit="501" is no whole number from 1 to 500'],
    ["overview", "limit=0", 'limit="0" is no whole number from 1 to 500'],
    ["overview", "limit=1.5", 'limit="1.5" is no whole number from 1 to 500'],
    ["overview", "limit=", 'limit="" is no whole number from 1 to 500'],
    ["events", "limit=1001", 'limit="1001" is no whole number from 1 to 1000'],
    ["targets", "limit=1001", 'limit="1001" is no whole number from 1 to 1000'],
    ["overview", "offset=-1", 'offset="-1" is no whole number from 0 to 1000000'],
    ["overview", "nodes=ill", 'nodes="ill" is none of sick, all'],
    ["zones", "format=xml", 'format="xml" is none of json, csv'],
    ["events", "kinds=down,fire", 'kinds="fire" is none of handshake, down, up, ready, joined, left, zone, api, pingo'],
    ["events", "before=abc", 'before="abc" is no place in the events; give `next` of an answer, as it was'],
    ["events", "before=100", 'before="100" is no place in the events; give `next` of an answer, as it was'],
    ["events", "before=%00", 'before="\\u0000" is no place in the events; give `next` of an answer, as it was'],
    ["history", "key=a&zone=c", 'key="a" names one target; leave cluster and zone out'],
    ["zones", "cluster=a&cluster=b", 'cluster="b" was there before; give it once'],
    ["targets", "range=1h", 'there is no parameter "range" here; there are cluster, search, offset, limit, format'],
    [
      "targets",
      "__proto__=1",
      'there is no parameter "__proto__" here; there are cluster, search, offset, limit, format',
    ],
    ["overview", "limit=x&nodes=y", 'nodes="y" is none of sick, all; limit="x" is no whole number from 1 to 500'],
  ] as const) {
    test(`${name}?${query}`, () => {
      assert.deepEqual(ask(name, query), { status: 400, problem: expected });
    });
  }

  test("what is too long, and the sentence is short", () => {
    const problem = String(queryOf("targets", `search=${"x".repeat(257)}`));
    assert.match(problem, /^search="x{57}\.\.\." has 257 characters; give 256 at the most$/);
    assert.match(String(queryOf("targets", `${"y".repeat(5_000)}=1`)), /^there is no parameter "y{57}\.\.\." here/);
  });
});
