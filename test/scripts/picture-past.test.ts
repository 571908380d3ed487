import assert from "node:assert/strict";
import { test } from "node:test";
import { endingOf, writePast } from "../../scripts/pictures/past.ts";
import { isProblem } from "../../src/api/problem.ts";
import { answer } from "../../src/history/answers/answer.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../support/history-driver.ts";
import { makeTarget } from "../support/make-target.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const targets = ["a-ash", "a-maple", "b-elm", "b-larch", "c-ash", "c-elm", "d-oak"].map((node) =>
  makeTarget({ node, key: node, address: `${node}:1`, zone: `lo-west-1${node[0]}` }),
);

test("the past of the pictures ends in what the sandbox is told to do, and is the same each time", (t) => {
  const folder = temporaryFolder(t);
  const overviews = ["one", "other"].map((name) => {
    const path = `${folder}/${name}`;
    writePast(path, targets, startUnixMs, 2 * hourMs);
    const driver = new HistoryDriver({ path, nowUnixMs: startUnixMs });
    const times = { fromMs: startUnixMs - 60 * minuteMs, toMs: startUnixMs - minuteMs };
    const query = { ...times, cluster: "", zone: undefined, nodes: "all", search: "", offset: 0, limit: 100 } as const;
    const given = answer(driver.view, { ask: "overview", query });
    driver.close();
    return isProblem(given) ? assert.fail(given.problem) : given;
  });
  const [overview, again] = overviews;
  assert.deepEqual(again, overview);
  const { dark, stopped } = endingOf(targets);
  const unreachable = overview?.nodes.filter(({ condition }) => condition === "unreachable").map(({ node }) => node);
  assert.deepEqual(unreachable?.toSorted(), [...dark, ...stopped].toSorted());
  const maple = overview?.nodes.find(({ node }) => node === "a-maple");
  assert.equal(maple?.condition, "ok");
  assert.ok(new Set(maple?.heat.map((heat) => Math.floor((heat ?? 0) / 10))).size >= 4, "it had some of everything");
});
