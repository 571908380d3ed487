import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openApi } from "../../src/api/openapi/document.ts";
import type { Schema } from "../../src/api/openapi/schema.ts";
import { parseQuestion } from "../../src/api/parse-query.ts";
import { isProblem } from "../../src/api/problem.ts";
import { checkSchema } from "../support/check-schema.ts";
import { serveApi } from "../support/serve-api.ts";

const { schemas } = openApi.components;

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: Schema }[];
  readonly responses: Readonly<
    Record<number, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

const operations = Object.entries(openApi.paths) as unknown as [string, { get: Operation }][];

function schemaOf(path: string, status: number): Schema {
  const { content } =
    (openApi.paths as unknown as Record<string, { get: Operation }>)[path]?.get.responses[status] ?? {};
  const schema = content?.["application/json"]?.schema;
  assert.ok(schema !== undefined, `${path} has no ${status} in the document`);
  return schema;
}

describe("the document describes", () => {
  for (const [path, status] of [
    ["/api/v1/overview?nodes=all", 200],
    ["/api/v1/overview?nodes=all&range=7d", 200],
    ["/api/v1/overview?limit=0", 400],
    ["/api/v1/history?key=A1", 200],
    ["/api/v1/history", 200],
    ["/api/v1/history?zone=b", 200],
    ["/api/v1/history?key=nobody", 404],
    ["/api/v1/overview?cluster=nope", 404],
    ["/api/v1/history?zone=nope", 404],
    ["/api/v1/history/events?zone=nope", 404],
    ["/api/v1/zones?cluster=nope", 404],
    ["/api/v1/targets?cluster=nope", 404],
    ["/api/v1/history/events", 200],
    ["/api/v1/zones", 200],
    ["/api/v1/targets", 200],
    ["/api/v1/status", 200],
    ["/api/v1/status?x=1", 400],
    ["/api/v1/openapi.json", 200],
  ] as const) {
    test(`the answer to ${path}`, async (t) => {
      const { get } = await serveApi(t);
      const answer = await get(path);
      assert.equal(answer.status, status);
      const schema = schemaOf(path.split("?")[0] ?? "", status);
      assert.deepEqual(checkSchema(JSON.parse(answer.body), schema, schemas), []);
    });
  }

  test("every route, and no other", async (t) => {
    const { api } = await serveApi(t);
    assert.deepEqual(Object.keys(api.routes).toSorted(), operations.map(([path]) => path).toSorted());
  });

  test("every parameter that is taken, and no other", () => {
    for (const [path, { get }] of operations) {
      if (get.parameters === undefined) continue;
      const ask = path.endsWith("/history/events") ? "events" : (path.split("/").at(-1) as "zones");
      const refusal = parseQuestion(ask, new URLSearchParams("nobody=1"), Date.now());
      assert.ok(isProblem(refusal));
      const taken = refusal.problem.replace(/^.*there are /, "").split(", ");
      assert.deepEqual(get.parameters.map(({ name }) => name).toSorted(), taken.toSorted(), path);
    }
  });

  test("nothing that it does not have", () => {
    const written = JSON.stringify(openApi);
    const used = new Set([...written.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    assert.deepEqual([...used].toSorted(), Object.keys(schemas).toSorted());
    assert.doesNotMatch(written, /"description":""/);
  });
});

describe("the checker of schemas sees", () => {
  const person: Schema = {
    type: "object",
    properties: { age: { type: ["integer", "null"], minimum: 0 } },
    required: ["age"],
    additionalProperties: false,
  };
  for (const [name, value, expected] of [
    ["what fits", { age: 5 }, []],
    ["null where it may be", { age: null }, []],
    ["another type", { age: "5" }, ['$.age: "5" is no integer or null']],
    ["a fraction", { age: 0.5 }, ["$.age: 0.5 is no integer or null"]],
    ["what is out of bounds", { age: -1 }, ["$.age: -1 is out of bounds"]],
    ["what is missing", {}, ["$: has no age"]],
    ["what nobody knows", { age: 1, x: 1 }, ["$: has x, which nobody knows"]],
    ["what is no object", [], ["$: [] is no object"]],
  ] as const) {
    test(name, () => assert.deepEqual(checkSchema(value, person, {}), expected));
  }
});
