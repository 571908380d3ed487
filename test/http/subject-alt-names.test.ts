import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalName, parseSubjectAltNames } from "../../src/http/web-config/subject-alt-names.ts";

for (const [text, names] of [
  ["", []],
  ["DNS:a", ["a"]],
  ["DNS:a, IP Address:192.0.2.1, email:x@y, URI:spiffe://z:1/a", ["a", "192.0.2.1", "x@y", "spiffe://z:1/a"]],
  ["IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:0:A", ["::1", "2001:db8::a"]],
  ["IP Address:0:0:0:0:0:FFFF:C000:207", ["192.0.2.7"]],
  ['URI:"spiffe://z/a\\u002cb"', ["spiffe://z/a,b"]],
  ['URI:"http://x/, DNS:scraper, DNS:b", DNS:c', ["http://x/, DNS:scraper, DNS:b", "c"]],
  ['DNS:"a\\", DNS:b", DNS:"\\u0000"', ['a", DNS:b', "\0"]],
  ['othername:"UPN::a, DNS:b", DirName:"CN=c", Registered ID:1.2.3.4, DNS:d', ["d"]],
  ["othername:<unsupported>, DNS:d", ["d"]],
  ["DNS:, DNS:d", ["", "d"]],
  ['DNS:"\\x", DNS:a', []],
  ['DNS:"never closed, DNS:a', []],
  ["no name at all", []],
] as const) {
  test(`${JSON.stringify(text)} names ${JSON.stringify(names)}`, () => {
    assert.deepEqual(parseSubjectAltNames(text), names);
  });
}

test("an IPv6 address has one spelling, and other names stay as they are", () => {
  for (const spelt of ["::1", "0:0:0:0:0:0:0:1", "0000:0000::0001"]) assert.equal(canonicalName(spelt), "::1");
  for (const name of ["a.example", "192.0.2.7", "fe80::1%eth0", "Scraper"]) assert.equal(canonicalName(name), name);
});
