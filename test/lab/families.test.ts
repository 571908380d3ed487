import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skipWithout } from "../support/need.ts";
import type { FamiliesOrder, FamiliesReport } from "./families.ts";
import { Lab } from "./lab.ts";
import { Listening } from "./listening.ts";

const families = new URL("./families.ts", import.meta.url);
const port = 10_250;

describe("networks of two families and of one", { skip: skipWithout("root", "ip") }, () => {
  let lab: Lab;
  let listening: Listening;

  before(async () => {
    lab = Lab.create();
    listening = await Listening.start(lab.far, [port]);
  });
  after(async () => {
    await listening.stop();
    lab.end();
  });

  /** What becomes of a node with both addresses and of one with the IPv6 one alone. */
  async function probe(ipFamily: FamiliesOrder["ipFamily"], targets: number): Promise<FamiliesReport> {
    const nodes = { dual: [lab.far.ip4, lab.far.ip6], six: [lab.far.ip6] };
    return (await lab.near.runScript(families, { nodes, port, ipFamily, targets })) as FamiliesReport;
  }

  test("dual-stack: both gives a node a series for each family, auto one", async () => {
    const [v4, v6] = [`${lab.far.ip4}:${port}`, `[${lab.far.ip6}]:${port}`];
    assert.deepEqual(await probe("both", 3), { [`dual ${v4}`]: ["ok"], [`dual ${v6}`]: ["ok"], [`six ${v6}`]: ["ok"] });
    assert.deepEqual(await probe("auto", 2), { [`dual ${v4}`]: ["ok"], [`six ${v6}`]: ["ok"] });
    assert.deepEqual(await probe("6", 2), { [`dual ${v6}`]: ["ok"], [`six ${v6}`]: ["ok"] });
  });

  test("IPv6 only: what has no route from here is local, and the other family is probed as ever", async () => {
    for (const host of [lab.near, lab.far]) host.run("ip", "-4", "addr", "flush", "dev", "wire");
    const [v4, v6] = [`${lab.far.ip4}:${port}`, `[${lab.far.ip6}]:${port}`];
    const expected = { [`dual ${v4}`]: ["local"], [`dual ${v6}`]: ["ok"], [`six ${v6}`]: ["ok"] };
    assert.deepEqual(await probe("both", 3), expected);
  });
});
