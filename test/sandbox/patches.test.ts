import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { jsonPatch } from "../../src/sandbox/json-patch.ts";
import { mergePatch } from "../../src/sandbox/merge-patch.ts";
import { nodeSchema } from "../../src/sandbox/node-schema.ts";
import { strategicMergePatch } from "../../src/sandbox/strategic-merge-patch.ts";

describe("mergePatch", () => {
  // The cases of RFC 7386, appendix A: target, patch, result.
  const cases: [string, string, string][] = [
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', "null", "null"],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ];
  for (const [target, patch, expected] of cases) {
    test(`${target} with ${patch} is ${expected}`, () => {
      assert.deepEqual(mergePatch(JSON.parse(target), JSON.parse(patch)), JSON.parse(expected));
    });
  }

  test("a key __proto__ becomes a field and nothing else", () => {
    const result = mergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    assert.equal(JSON.stringify(result), '{"__proto__":{"polluted":true}}');
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});

describe("strategicMergePatch", () => {
  const node = {
    spec: {
      taints: [
        { key: "a", effect: "NoSchedule" },
        { key: "b", effect: "NoExecute" },
      ],
    },
    status: {
      addresses: [
        { type: "InternalIP", address: "10.0.0.1" },
        { type: "Hostname", address: "x" },
      ],
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }],
      images: [{ names: ["old"], sizeBytes: 1 }],
    },
  };
  const patched = (patch: object) => strategicMergePatch(node, patch as never, nodeSchema) as unknown as typeof node;

  test("addresses are merged by type", () => {
    const { status } = patched({ status: { addresses: [{ type: "InternalIP", address: "10.0.0.2" }] } });
    assert.deepEqual(status.addresses, [
      { type: "InternalIP", address: "10.0.0.2" },
      { type: "Hostname", address: "x" },
    ]);
  });

  test("conditions keep the fields that the patch does not name", () => {
    const { status } = patched({ status: { conditions: [{ type: "Ready", status: "False" }] } });
    assert.deepEqual(status.conditions, [{ type: "Ready", status: "False", reason: "KubeletReady" }]);
  });

  test("lists without a merge key are replaced", () => {
    assert.deepEqual(patched({ status: { images: [] } }).status.images, []);
  });

  test("$patch: delete takes an item out by its key", () => {
    assert.deepEqual(patched({ spec: { taints: [{ key: "a", $patch: "delete" }] } }).spec.taints, [
      { key: "b", effect: "NoExecute" },
    ]);
  });

  test("$patch: replace puts the patch's items in place of all", () => {
    const taints = [{ $patch: "replace" }, { key: "c", effect: "NoSchedule" }];
    assert.deepEqual(patched({ spec: { taints } }).spec.taints, [{ key: "c", effect: "NoSchedule" }]);
  });

  test("$setElementOrder orders the merged list and is not kept", () => {
    const { spec } = patched({
      spec: {
        "$setElementOrder/taints": [{ key: "c" }, { key: "b" }, { key: "a" }],
        taints: [{ key: "c", effect: "NoSchedule" }],
      },
    });
    assert.deepEqual(
      spec.taints.map(({ key }) => key),
      ["c", "b", "a"],
    );
    assert.deepEqual(Object.keys(spec), ["taints"]);
  });

  test("$retainKeys drops the keys it does not name", () => {
    const result = strategicMergePatch({ a: 1, b: 2 }, { $retainKeys: ["b", "c"], c: 3 }, undefined);
    assert.deepEqual(result, { b: 2, c: 3 });
  });

  test("$deleteFromPrimitiveList takes values out", () => {
    const result = strategicMergePatch({ list: ["a", "b"] }, { "$deleteFromPrimitiveList/list": ["a"] }, undefined);
    assert.deepEqual(result, { list: ["b"] });
  });

  test("null deletes a field", () => {
    assert.deepEqual(strategicMergePatch({ a: 1, b: 2 }, { a: null }, undefined), { b: 2 });
  });
});

describe("jsonPatch", () => {
  const target = { a: { b: [1, 2, 3] }, "x/y": 1, "m~n": 2 };
  const result = (patch: object[]) => {
    const patched = jsonPatch(target, patch as never);
    return patched.ok ? patched.value : patched.problem;
  };

  test("adds, replaces and removes in objects and arrays", () => {
    assert.deepEqual(result([{ op: "add", path: "/a/b/1", value: 9 }]), { ...target, a: { b: [1, 9, 2, 3] } });
    assert.deepEqual(result([{ op: "add", path: "/a/b/-", value: 9 }]), { ...target, a: { b: [1, 2, 3, 9] } });
    assert.deepEqual(result([{ op: "replace", path: "/a/b/0", value: 9 }]), { ...target, a: { b: [9, 2, 3] } });
    assert.deepEqual(result([{ op: "remove", path: "/a/b/0" }]), { ...target, a: { b: [2, 3] } });
    assert.deepEqual(result([{ op: "remove", path: "/a" }]), { "x/y": 1, "m~n": 2 });
  });

  test("moves and copies", () => {
    assert.deepEqual(result([{ op: "move", from: "/a/b/0", path: "/c" }]), { ...target, a: { b: [2, 3] }, c: 1 });
    assert.deepEqual(result([{ op: "copy", from: "/a/b/0", path: "/c" }]), { ...target, c: 1 });
  });

  test("reads the pointer's escapes", () => {
    assert.deepEqual(result([{ op: "replace", path: "/x~1y", value: 5 }]), { ...target, "x/y": 5 });
    assert.deepEqual(result([{ op: "replace", path: "/m~0n", value: 5 }]), { ...target, "m~n": 5 });
  });

  test("stops at a test that fails, and changes nothing", () => {
    const before = structuredClone(target);
    const patch = [
      { op: "remove", path: "/a" },
      { op: "test", path: "/x~1y", value: 2 },
    ];
    assert.equal(result(patch), "operation 1: testing path /x~1y failed");
    assert.deepEqual(target, before);
    assert.deepEqual(result([{ op: "test", path: "/a/b", value: [1, 2, 3] }]), target);
  });

  for (const [name, patch, problem] of [
    ["a path that is not there", { op: "replace", path: "/z/1", value: 1 }, /does not exist/],
    ["an index past the end", { op: "add", path: "/a/b/9", value: 1 }, /does not exist/],
    ["an inherited property", { op: "remove", path: "/constructor" }, /does not exist/],
    ["an unknown op", { op: "frob", path: "/a" }, /unknown op "frob"/],
    ["a path without a slash", { op: "remove", path: "a" }, /does not begin/],
    ["no value", { op: "add", path: "/q" }, /has no value/],
  ] as const) {
    test(`refuses ${name}`, () => assert.match(String(result([patch])), problem));
  }
});
