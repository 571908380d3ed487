import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeProtobuf } from "../../src/sandbox/protobuf.ts";

/** A field of a length, as kubectl writes it. */
const field = (number: number, part: Buffer | string) => {
  const bytes = Buffer.from(part);
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
};
const integer = (number: number, ...bytes: number[]) => Buffer.from([number * 8, ...bytes]);

function body(apiVersion: string, kind: string, spec: Buffer): Buffer {
  const typeMeta = Buffer.concat([field(1, apiVersion), field(2, kind)]);
  const raw = Buffer.concat([field(1, ""), field(2, spec), field(3, "")]);
  return Buffer.concat([Buffer.from("k8s\0"), field(1, typeMeta), field(2, raw), field(3, ""), field(4, "")]);
}

test("a request for a token", () => {
  const spec = Buffer.concat([field(1, "one"), field(1, "two"), field(3, "unknown"), integer(4, 0x90, 0x1c)]);
  assert.deepEqual(decodeProtobuf(body("authentication.k8s.io/v1", "TokenRequest", spec)), {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { audiences: ["one", "two"], expirationSeconds: 3_600 },
  });
});

test("a review", () => {
  const attributes = Buffer.concat([field(1, ""), field(2, "list"), field(5, "nodes")]);
  const decoded = decodeProtobuf(body("authorization.k8s.io/v1", "SelfSubjectAccessReview", field(1, attributes)));
  assert.deepEqual(decoded?.spec, { resourceAttributes: { namespace: "", verb: "list", resource: "nodes" } });
});

test("a namespace, as kubectl create makes it", () => {
  const label = (key: string, value: string) => field(11, Buffer.concat([field(1, key), field(2, value)]));
  // Empty texts are written, too; the name of the namespace of a namespace is one.
  const metadata = Buffer.concat([field(1, "x"), field(3, ""), field(5, ""), label("a", "b"), label("c", "")]);
  const typeMeta = Buffer.concat([field(1, "v1"), field(2, "Namespace")]);
  const raw = Buffer.concat([field(1, metadata), field(2, ""), field(3, field(1, ""))]);
  assert.deepEqual(decodeProtobuf(Buffer.concat([Buffer.from("k8s\0"), field(1, typeMeta), field(2, raw)])), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "x", labels: { a: "b", c: "" } },
    spec: {},
  });
});

test("what is no protobuf, is cut off, or is of another kind is not taken", () => {
  const whole = body("v1", "TokenRequest", integer(4, 1));
  assert.ok(decodeProtobuf(whole));
  assert.equal(decodeProtobuf(Buffer.from("{}")), undefined);
  assert.equal(decodeProtobuf(body("v1", "Pod", Buffer.alloc(0))), undefined);
  assert.equal(decodeProtobuf(Buffer.from("k8s\0")), undefined);
  assert.equal(decodeProtobuf(Buffer.concat([Buffer.from("k8s\0"), Buffer.alloc(30, 0xff)])), undefined);
  assert.equal(decodeProtobuf(Buffer.from("k8s\0\x0a\x7f")), undefined);
  for (let end = 4; end < whole.length - 4; end += 1) assert.doesNotThrow(() => decodeProtobuf(whole.subarray(0, end)));
});
