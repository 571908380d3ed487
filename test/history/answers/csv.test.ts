import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseQuestion } from "../../../src/api/parse-query.ts";
import { isProblem } from "../../../src/api/problem.ts";
import type { Question } from "../../../src/api/queries.ts";
import { answerBytes } from "../../../src/history/answers/answer-bytes.ts";
import { writeCsv } from "../../../src/history/answers/csv/write-csv.ts";
import { FakeHistoryView, minuteMs, noonMs } from "../../support/fake-history-view.ts";

describe("cells", () => {
  for (const [cell, expected] of [
    ["plain", "plain"],
    ["with, comma", '"with, comma"'],
    ['say "so"', '"say ""so"""'],
    ["two\nlines", '"two\nlines"'],
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+1", "'+1"],
    ["-1+1", "'-1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ['=A1,"x"', '"\'=A1,""x"""'],
    ["\tx", "'\tx"],
    ["\rx", '"\'\rx"'],
    [-1.5, "-1.5"],
    [0, "0"],
    [null, ""],
    ["", ""],
  ] as const) {
    test(`${JSON.stringify(cell)} is written ${JSON.stringify(expected)}`, () => {
      assert.equal(writeCsv(["a", "b"], [[cell, 1]]), `a,b\r\n${expected},1\r\n`);
    });
  }
});

describe("as lines", () => {
  const view = new FakeHistoryView();
  const { id } = view.add({ node: "=evil", zone: "c", key: "k", address: "192.0.2.1:10250" });
  view.tell(id, 2 * minuteMs, { heat: 22, synRetransmits: 1 });
  view.happened.push({
    atMs: noonMs - 1_500,
    kind: "down",
    cluster: "test",
    node: "n",
    target: "192.0.2.1:10250",
    key: "k",
    zone: "c",
    result: "timeout",
    text: "n, of zone c: timeout",
    synSent: 4,
    connectUs: null,
  });

  function linesOf(ask: Question["ask"], parameters: string): string[] {
    const question = parseQuestion(ask, new URLSearchParams(`format=csv&${parameters}`), noonMs);
    assert.ok(!isProblem(question));
    const bytes = answerBytes(view, question);
    assert.ok(!isProblem(bytes));
    return new TextDecoder().decode(bytes).split("\r\n");
  }

  test("an overview has one for each column of each node", () => {
    assert.deepEqual(linesOf("overview", "range=2m&nodes=all"), [
      "time,cluster,zone,node,target,trouble,level",
      "2026-11-26T11:58:00.000Z,test,c,'=evil,192.0.2.1:10250,syn retransmits,2",
      "2026-11-26T11:59:00.000Z,test,c,'=evil,192.0.2.1:10250,,",
      "",
    ]);
  });

  test("a history has one for each column", () => {
    const [names, first, second] = linesOf("history", "range=2m&key=k");
    assert.equal(
      names,
      "time,ok,timeout,refused,reset,unreachable,local,syn_sent,syn_retransmits,min_us,p50_us,p90_us,p99_us,max_us,trouble,level",
    );
    assert.match(first ?? "", /^2026-11-26T11:58:00\.000Z,4,0,0,0,0,0,5,1,(\d+,){5}syn retransmits,2$/);
    assert.equal(second, "2026-11-26T11:59:00.000Z,0,0,0,0,0,0,0,0,,,,,,,");
  });

  test("zones have one for each column of each", () => {
    const [names, first] = linesOf("zones", "range=2m");
    assert.equal(names, "time,cluster,zone,loss_share,p50_us,trouble,level");
    assert.match(first ?? "", /^2026-11-26T11:58:00\.000Z,test,c,0,\d+,syn retransmits,2$/);
  });

  test("events have one each", () => {
    assert.deepEqual(linesOf("events", "range=2m"), [
      "time,kind,cluster,zone,node,target,result,syn_sent,connect_us,text",
      '2026-11-26T11:59:58.500Z,down,test,c,n,192.0.2.1:10250,timeout,4,,"n, of zone c: timeout"',
      "",
    ]);
  });

  test("targets have one each", () => {
    assert.deepEqual(linesOf("targets", ""), [
      "cluster,zone,node,target,port_name,condition,since,ready,probed,joined,left,key",
      "test,c,'=evil,192.0.2.1:10250,kubelet,ok,2026-11-25T12:00:00.000Z,,yes,2026-10-27T12:00:00.000Z,,k",
      "",
    ]);
  });

  test("what is not known is none", () => {
    const question = parseQuestion("history", new URLSearchParams("format=csv&key=x"), noonMs);
    assert.ok(!isProblem(question));
    assert.ok(isProblem(answerBytes(view, question)));
  });
});
