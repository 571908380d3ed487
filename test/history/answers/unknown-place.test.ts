import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseQuestion } from "../../../src/api/parse-query.ts";
import { isProblem } from "../../../src/api/problem.ts";
import type { Question } from "../../../src/api/queries.ts";
import { answer } from "../../../src/history/answers/answer.ts";
import { FakeHistoryView, minuteMs, noonMs } from "../../support/fake-history-view.ts";

function twoClusters(): FakeHistoryView {
  const view = new FakeHistoryView();
  view.add({ node: "a1", zone: "a", key: "A1", cluster: "prod" });
  view.add({ node: "n", zone: "", key: "N", cluster: "dev" });
  const { id } = view.add({ node: "b1", zone: "old", key: "B1", cluster: "prod" });
  view.tell(id, 20 * minuteMs);
  view.move(id, "b", noonMs - 10 * minuteMs);
  view.apiStates.push({ cluster: "empty", isUp: true, sinceMs: noonMs });
  return view;
}

/** What is answered: 200, or the problem. */
function ask(view: FakeHistoryView, name: Question["ask"], query: string): unknown {
  const question = parseQuestion(name, new URLSearchParams(query), noonMs);
  assert.ok(!isProblem(question));
  const given = answer(view, question);
  return isProblem(given) ? `${given.status} ${given.problem}` : 200;
}

const withZone = ["overview", "history", "events"] as const;
const withCluster = [...withZone, "zones", "targets"] as const;

describe("a place that nobody knows is 404, with what there is", () => {
  const view = twoClusters();
  for (const name of withCluster) {
    test(`a cluster, of ${name}`, () => {
      const problem = '404 nothing is known of the cluster "nope"; there are dev, empty, prod';
      assert.equal(ask(view, name, "cluster=nope"), problem);
    });
  }

  for (const name of withZone) {
    test(`a zone, of ${name}`, () => {
      assert.equal(ask(view, name, "zone=nope"), '404 nothing is known of the zone "nope"; there are a, b, old');
      const ofCluster = '404 nothing is known of the zone "nope" in the cluster "prod"; there are a, b, old';
      assert.equal(ask(view, name, "zone=nope&cluster=prod"), ofCluster);
      const without = '404 nothing is known of the zone "a" in the cluster "dev"; there are none';
      assert.equal(ask(view, name, "zone=a&cluster=dev"), without);
    });
  }

  test("of very many, some", () => {
    for (let zone = 0; zone < 20; zone++) view.add({ node: `z${zone}`, zone: `z${zone}`, cluster: "large" });
    const problem = String(ask(view, "overview", "cluster=large&zone=nope"));
    assert.match(problem, /; there are z0, z1, z10, z11, z12, z13, z14, z15, z16, z17 and 10 more$/);
  });
});

describe("a place has an answer", () => {
  const view = twoClusters();
  for (const name of withZone) {
    for (const query of ["zone=a", "zone=a&cluster=prod", "zone=b", "cluster=dev", "cluster=empty"]) {
      test(`${name}: ${query}`, () => assert.equal(ask(view, name, query), 200));
    }

    test(`${name}: a zone in which a node was, and that of nodes without one, whether there are any`, () => {
      assert.equal(ask(view, name, "zone=old"), 200);
      assert.equal(ask(view, name, "zone=&cluster=prod"), 200);
    });

    test(`${name}: a zone of which something was measured in the range alone`, () => {
      const later = twoClusters();
      const zones = later.zones.bind(later);
      later.zones = function* (stepMs, fromMs, toMs) {
        for (const { startMs, zones: own } of zones(stepMs, fromMs, toMs)) {
          yield { startMs, zones: own.map((zone) => ({ ...zone, zone: "older" })) };
        }
      };
      assert.equal(ask(later, name, "zone=older"), 200);
      assert.match(String(ask(later, name, "zone=older&range=5m")), /^404 /);
    });
  }

  test("where nothing is known of any yet: a program that has just started has seen nothing", () => {
    for (const name of withCluster) assert.equal(ask(new FakeHistoryView(), name, "cluster=prod"), 200);
  });
});
