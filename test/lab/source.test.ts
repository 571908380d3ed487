import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { SourceConfig } from "../../src/handshake/engine-config.ts";
import { skipWithout } from "../support/need.ts";
import { Lab } from "./lab.ts";
import { Listening } from "./listening.ts";
import type { ShakeOrder, ShakeSum } from "./shake.ts";

const shake = new URL("./shake.ts", import.meta.url);

describe("where handshakes come from, as the far side sees it", { skip: skipWithout("root", "ip", "nft") }, () => {
  let lab: Lab;
  let listening: Listening;

  before(async () => {
    lab = Lab.create();
    lab.near.run("ip", "addr", "add", "198.18.0.77/24", "dev", "wire");
    lab.near.run("ip", "addr", "add", "fd00::77/64", "dev", "wire", "nodad");
    listening = await Listening.start(lab.far, [10_250]);
  });
  after(async () => {
    await listening.stop();
    lab.end();
  });

  const order = (host: string, source: Partial<SourceConfig>): ShakeOrder => ({
    host,
    ports: [10_250],
    count: 50,
    atOnce: 5,
    timeoutMs: 3_000,
    handshake: "full",
    source,
  });

  for (const [what, host, source, match] of [
    ["--source, IPv4", "ip4", { address: "198.18.0.77" }, "ip saddr 198.18.0.77"],
    ["--source, IPv6", "ip6", { address: "fd00::77" }, "ip6 saddr fd00::77"],
    ["--source-port-range, IPv4", "ip4", { ports: [40_000, 40_099] }, "tcp sport 40000-40099"],
    ["--source-port-range, IPv6", "ip6", { ports: [40_000, 40_099] }, "tcp sport 40000-40099"],
    ["--dscp, IPv4", "ip4", { dscp: 46 }, "ip dscp ef"],
    ["--dscp, IPv6", "ip6", { dscp: 46 }, "ip6 dscp ef"],
    ["--interface", "ip4", { device: "wire" }, "iifname wire"],
  ] as const) {
    test(`${what}: every SYN shows it`, async () => {
      lab.far.rules(`table inet lab {
        counter syns {}
        counter fitting {}
        chain c {
          type filter hook input priority 0
          tcp flags & (syn | ack) == syn counter name syns
          tcp flags & (syn | ack) == syn ${match} counter name fitting
        }
      }`);
      const [sum] = (await lab.near.runScript(shake, order(lab.far[host], source))) as ShakeSum[];
      assert.deepEqual(sum?.results, { ok: 50 });
      assert.deepEqual([lab.far.counter("syns"), lab.far.counter("fitting")], [50, 50]);
    });
  }

  for (const [what, source, said] of [
    [
      "an address that is not of this machine",
      { address: "192.0.2.1" },
      /--source: 192\.0\.2\.1 is no address of this machine/,
    ],
    ["an interface that is not there", { device: "nowhere" }, /--interface: there is no interface nowhere/],
    [
      "a range of ports that the kernel would not keep to",
      { ports: [20_000, 20_100] },
      /--source-port-range: 20000-20100 is not within what this system gives out, \d+-\d+/,
    ],
  ] as const) {
    test(`${what} is an error at the start that says so`, async () => {
      await assert.rejects(lab.near.runScript(shake, order(lab.far.ip4, source)), said);
    });
  }
});
