import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import type { Result } from "../../src/outcome.ts";
import { eventually } from "../support/eventually.ts";
import { skipWithout } from "../support/need.ts";
import { Lab } from "./lab.ts";
import { Listening } from "./listening.ts";

const watch = new URL("./watch.ts", import.meta.url);

describe("the wire goes, and comes back", { skip: skipWithout("root", "ip") }, () => {
  let lab: Lab;
  let listening: Listening;
  let watching: ReturnType<Lab["near"]["spawn"]>;
  /** What the last handshakes ended with, the latest last. */
  const results: Result[] = [];

  before(async () => {
    lab = Lab.create();
    listening = await Listening.start(lab.far, [10_250]);
    watching = lab.near.spawn(process.execPath, watch.pathname, lab.far.ip4, "10250");
    watching.stdout.on("data", (chunk) => results.push(...(String(chunk).trim().split("\n") as Result[])));
  });
  after(async () => {
    watching.kill();
    await once(watching, "close");
    await listening.stop();
    lab.end();
  });

  /** Waits until the last ten handshakes all ended in one of these. */
  async function settles(what: string, expected: readonly Result[]): Promise<void> {
    results.length = 0;
    await eventually(
      what,
      () => results.length >= 20 && results.slice(-10).every((result) => expected.includes(result)),
      20_000,
    );
  }

  test("handshakes are answered", () => settles("all ok", ["ok"]));

  test("a far host that vanishes in the middle of handshakes is a timeout, or unreachable once ARP gives up", async () => {
    lab.far.run("ip", "link", "set", "wire", "down");
    await settles("all lost", ["timeout", "unreachable"]);
    assert.ok(!results.includes("local"), "this machine is not to blame");
  });

  test("and is answered again when it is back", async () => {
    lab.far.run("ip", "link", "set", "wire", "up");
    await settles("all ok again", ["ok"]);
  });

  test("a wire that is down at our own end is this machine's trouble, and counts against nobody", async () => {
    lab.near.run("ip", "link", "set", "wire", "down");
    await settles("all local", ["local"]);
    lab.near.run("ip", "link", "set", "wire", "up");
    await settles("all ok again", ["ok"]);
  });
});
