import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { IpFamily } from "../../../src/targets/select.ts";
import { chooseAddresses } from "../../../src/targets/static/choose-addresses.ts";
import type { ResolveStyle } from "../../../src/targets/static/static-entry.ts";

const [a, b, c] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
const [x, y] = ["2001:db8::1", "2001:db8::2"];

describe("of a name's addresses", () => {
  for (const [what, known, current, style, family, chosen] of [
    ["the lowest is taken", [a, b], [], "first", "auto", [a]],
    ["the one in use stays while it is there", [a, b, c], [b], "first", "auto", [b]],
    ["another takes the place of one that is gone", [a, c], [b], "first", "auto", [a]],
    ["all of the preferred family are taken", [a, b, x], [], "all", "auto", [a, b]],
    ["the preferred family may be IPv6", [x, y, a], [], "all", "auto", [x, y]],
    ["the family in use stays while there is one of it", [x, y, a, b], [c], "first", "auto", [a]],
    ["the other family comes in when the one in use is gone", [x, y], [a], "first", "auto", [x]],
    ["those of the wanted family are taken", [a, b, x, y], [], "all", "6", [x, y]],
    ["one of each family is taken for both", [x, y, a, b], [b, y], "first", "both", [b, y]],
    ["all are taken for both", [x, a, b], [], "all", "both", [a, b, x]],
    ["one family has to do for both where there is no other", [x], [], "first", "both", [x]],
    [
      "those that are of no use are left out",
      ["0.0.0.0", "224.0.0.1", "fe80::1%eth0", "fe80::1", b],
      [],
      "all",
      "both",
      [b],
    ],
    ["an unusable one decides nothing", ["fe80::1", a], [], "first", "auto", [a]],
  ] as [string, string[], string[], ResolveStyle, IpFamily, string[]][]) {
    test(what, () => assert.deepEqual(chooseAddresses(known, current, style, family), { addresses: chosen }));
  }

  test("none is taken where none will do, and why", () => {
    assert.deepEqual(chooseAddresses([a], [], "first", "6"), {
      why: "has no usable address of IPv6; it has 192.0.2.1",
    });
    assert.deepEqual(chooseAddresses(["::"], [], "all", "auto"), { why: "has no usable address; it has ::" });
  });
});
