import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NodeObject } from "../../src/sandbox/node-object.ts";
import { nodeTable } from "../../src/sandbox/node-table.ts";
import { shortDuration } from "../../src/sandbox/table.ts";
import { capture } from "../support/captures.ts";
import { capturedNodes, capturedNodesLater } from "./captured-nodes.ts";

const captured = JSON.parse(capture("list-table.http").body);
const nowUnixMs = Date.parse("2026-11-22T06:24:20Z");

test("nodeTable gives the captured cells for the captured nodes", () => {
  const table = nodeTable(capturedNodesLater(), {}, { includeObject: "None", nowUnixMs });
  assert.deepEqual(table.rows, captured.rows);
});

test("nodeTable has the captured shape and columns", () => {
  const table = nodeTable(capturedNodes(), { resourceVersion: "1" }, { includeObject: "None", nowUnixMs });
  assert.deepEqual(Object.keys(table), Object.keys(captured));
  // The descriptions are ours.
  const comparable = (columns: object[]) => columns.map((column) => ({ ...column, description: "" }));
  assert.deepEqual(comparable([...(table.columnDefinitions ?? [])]), comparable(captured.columnDefinitions));
});

describe("the status cell", () => {
  const node = (ready: string | undefined, unschedulable: boolean): NodeObject => ({
    metadata: { name: "x" },
    spec: { unschedulable },
    status: {
      daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
      nodeInfo: {} as NodeObject["status"]["nodeInfo"],
      ...(ready && { conditions: [{ type: "Ready", status: ready }] }),
    },
  });
  for (const [ready, unschedulable, expected] of [
    ["True", false, "Ready"],
    ["False", false, "NotReady"],
    ["Unknown", false, "NotReady"],
    [undefined, false, "Unknown"],
    ["True", true, "Ready,SchedulingDisabled"],
  ] as const) {
    test(`is ${expected} for Ready=${ready}${unschedulable ? ", cordoned" : ""}`, () => {
      const table = nodeTable([node(ready, unschedulable)], {}, { includeObject: "None", nowUnixMs });
      assert.equal(table.rows[0]?.cells[1], expected);
    });
  }
});

test("rows carry as much of their object as was asked for", () => {
  const nodes = capturedNodes().slice(0, 1);
  const object = (includeObject: "None" | "Metadata" | "Object") =>
    nodeTable(nodes, {}, { includeObject, nowUnixMs }).rows[0]?.object as { kind: string } | null;
  assert.equal(object("None"), null);
  assert.equal(object("Metadata")?.kind, "PartialObjectMetadata");
  assert.equal(object("Object")?.kind, "Node");
});

test("shortDuration has fewer units the longer it is", () => {
  const hour = 3600;
  const day = 24 * hour;
  const cases: [number, string][] = [
    [0, "0s"],
    [119, "119s"],
    [120, "2m"],
    [125, "2m5s"],
    [600, "10m"],
    [3 * hour - 1, "179m"],
    [3 * hour, "3h"],
    [3 * hour + 60, "3h1m"],
    [8 * hour, "8h"],
    [48 * hour, "2d"],
    [50 * hour, "2d2h"],
    [8 * day, "8d"],
    [729 * day, "729d"],
    [731 * day, "2y1d"],
    [9 * 365 * day, "9y"],
  ];
  for (const [seconds, text] of cases) assert.equal(shortDuration(seconds), text);
});
