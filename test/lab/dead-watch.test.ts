import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, describe, type TestContext, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { tell } from "../support/figures.ts";
import { skipWithout } from "../support/need.ts";
import { Lab } from "./lab.ts";

const silentApi = new URL("./silent-api.ts", import.meta.url);
const followNodes = new URL("./follow-nodes.ts", import.meta.url);

/** What is promised: a watch that is dead and does not look it is found and replaced within this. */
const promisedMs = 60_000;
const ports = [8001, 8002, 8003] as const;

/** A follower in the lab, and when it last learnt of a change. */
class Follower {
  lastChangeMs = 0;
  readonly news: string[] = [];
  readonly child: ReturnType<Lab["near"]["spawn"]>;

  constructor(lab: Lab, port: number) {
    const url = `http://${lab.far.ip4}:${port}`;
    this.child = lab.near.spawn(process.execPath, followNodes.pathname, JSON.stringify({ url }));
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      if (line.startsWith('{"address"')) this.lastChangeMs = performance.now();
      else this.news.push(line);
    });
  }

  /** Its changes stop, and come again; how long there were none. */
  async gap(t: TestContext, what: string): Promise<void> {
    await eventually(`${what}: silence`, () => performance.now() - this.lastChangeMs > 3_000, 20_000);
    const sinceMs = this.lastChangeMs;
    await eventually(
      () => `${what}: changes again\n${this.news.join("\n")}`,
      () => this.lastChangeMs > sinceMs,
      90_000,
    );
    const silentMs = this.lastChangeMs - sinceMs;
    tell(t, { what, silent_s: silentMs / 1_000 });
    assert.ok(silentMs < promisedMs, `${what}: ${silentMs} ms\n${this.news.join("\n")}`);
  }
}

describe("a watch that is dead and does not look it", { skip: skipWithout("root", "ip", "nft") }, () => {
  let lab: Lab;
  let api: ReturnType<Lab["far"]["spawn"]>;
  let followers: Follower[];

  before(async () => {
    lab = Lab.create();
    api = lab.far.spawn(process.execPath, silentApi.pathname, JSON.stringify({ host: lab.far.ip4, ports }));
    await once(createInterface({ input: api.stdout }), "line");
    followers = ports.map((port) => new Follower(lab, port));
    for (const follower of followers) await eventually("changes come", () => follower.lastChangeMs > 0, 20_000);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
  });
  after(async () => {
    for (const child of [api, ...followers.map(({ child }) => child)]) {
      child.kill();
      await once(child, "close");
    }
    lab.end();
  });

  test("a firewall that forgot the connection, and a proxy with nobody behind it", async (t) => {
    const [dropped, frozen] = [followers[0], followers[2]] as [Follower, Follower];
    dropWatchOf(lab, ports[0]);
    api.kill("SIGUSR2");
    await Promise.all([
      dropped.gap(t, "packets of the one connection dropped in both directions"),
      frozen.gap(t, "the connection alive, keepalives answered, nothing sent"),
    ]);
  });

  test("a host that vanishes, and comes back", async (t) => {
    const [follower] = followers.slice(1) as [Follower];
    lab.far.rules(`table inet lab {
      chain in { type filter hook input priority 0; drop; }
      chain out { type filter hook output priority 0; drop; }
    }`);
    const vanishedMs = performance.now();
    await eventually("it is noticed", () => follower.news.some((line) => /cannot be used/.test(line)), promisedMs);
    tell(t, { what: "a host that vanished is noticed", after_s: (performance.now() - vanishedMs) / 1_000 });
    lab.far.rules("");
    const backMs = performance.now();
    await eventually("changes come again", () => follower.lastChangeMs > backMs, 15_000);
    tell(t, { what: "in step again after its return", after_s: (follower.lastChangeMs - backMs) / 1_000 });
  });
});

/** Drops what belongs to the connection that the watch at this port runs on, and nothing of any later one. */
function dropWatchOf(lab: Lab, port: number): void {
  const text = lab.near.run("ss", "-tnHO", "state", "established", `( dport = :${port} )`);
  const locals = [...text.matchAll(/:(\d+)\s+\S+:\d+/g)].map(([, local]) => local);
  assert.ok(locals.length > 0, text);
  const set = `{ ${locals.join(", ")} }`;
  lab.far.rules(`table inet lab {
    chain in { type filter hook input priority 0; tcp dport ${port} tcp sport ${set} drop; }
    chain out { type filter hook output priority 0; tcp sport ${port} tcp dport ${set} drop; }
  }`);
}
