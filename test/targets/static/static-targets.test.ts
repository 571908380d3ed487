import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createLog } from "../../../src/log.ts";
import type { Answer } from "../../../src/targets/static/lookup.ts";
import { StaticTargets, type StaticTargetsParts } from "../../../src/targets/static/static-targets.ts";
import { maxFileBytes, targetFile } from "../../../src/targets/static/target-file.ts";
import { FakeClock } from "../../support/fake-clock.ts";

describe("static targets", () => {
  let directory: string;
  let path: string;
  let clock: FakeClock;
  let ending: AbortController;
  let running: Promise<void>;
  let targets: StaticTargets;
  let events: string[];
  let checks: boolean[];
  let synced: number;
  let logged: string;
  let names: Map<string, string[]>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "pingo-targets-"));
    path = join(directory, "targets.yaml");
    clock = new FakeClock();
    ending = new AbortController();
    running = Promise.resolve();
    [events, checks, synced, logged, names] = [[], [], 0, "", new Map()];
  });

  afterEach(async () => {
    ending.abort();
    ending.abort();
    await running;
    assert.equal(clock.pendingTimers, 0, "a timer is left");
    await rm(directory, { recursive: true });
  });

  function follow(parts: Partial<StaticTargetsParts> = {}): void {
    targets = new StaticTargets({
      file: targetFile(path),
      cluster: "static",
      ipFamily: "auto",
      owns: () => true,
      listener: {
        added: ({ node, address }) => events.push(`+ ${node} ${address}`),
        removed: ({ node, address }) => events.push(`- ${node} ${address}`),
        relabelled: ({ node, zone }, before) => events.push(`~ ${node} ${before.zone} to ${zone}`),
      },
      report: {
        fileChecked: (ok) => checks.push(ok),
        resolved() {},
        synced: () => synced++,
      },
      lookup: async (name): Promise<Answer> => {
        const addresses = names.get(name);
        return addresses === undefined ? { code: "ENOTFOUND" } : { addresses, ttlMs: undefined };
      },
      log: createLog({
        format: "text",
        level: "debug",
        write: (line) => {
          logged += line.slice(25).replaceAll(directory, "");
        },
        unixMs: () => clock.unixMs(),
        secrets: () => [],
      }),
      clock,
      random: () => 0.5,
      ...parts,
    });
    running = targets.run(ending.signal);
  }

  /** Lets time and the disk go on until `holds`. */
  async function until(what: string, holds: () => boolean): Promise<void> {
    const endMs = performance.now() + 10_000;
    while (!holds()) {
      if (performance.now() > endMs) assert.fail(`never happened: ${what}\n${events.join("\n")}\n${logged}`);
      await clock.advance(250);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Lets several looks at the file go by. */
  async function whileLooking(): Promise<void> {
    const endMs = clock.nowMs() + 10_000;
    await until("some looks", () => clock.nowMs() >= endMs);
  }

  const news = () => events.splice(0);
  const logs = () => {
    const lines = logged;
    logged = "";
    return lines;
  };
  /** As careful writers do it. */
  async function put(text: string): Promise<void> {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }

  test("are there as soon as the file is read, each under a key of its own", async () => {
    await put(
      "- 192.0.2.1:22\n- {host: '2001:db8::1', port: 80, name: web, zone: z, region: r, instance_type: i, os: o}\n",
    );
    follow();
    await until("synced", () => synced === 1);
    assert.deepEqual(news(), ["+ 192.0.2.1 192.0.2.1:22", "+ web [2001:db8::1]:80"]);
    assert.deepEqual(checks, [true]);
    const [, second] = targets.outcomes();
    assert.ok(second?.state === "probed");
    assert.deepEqual(second.targets, [
      {
        key: "static/static/web/[2001:db8::1]:80",
        cluster: "static",
        node: "web",
        name: "web",
        host: "2001:db8::1",
        port: 80,
        portName: "",
        address: "[2001:db8::1]:80",
        addressType: "Static",
        zone: "z",
        region: "r",
        instanceType: "i",
        os: "o",
      },
    ]);
    assert.equal(logs(), "INFO  the targets file /targets.yaml names 2 targets\n");
  });

  test("follow the file: an address goes over to another entry, labels change, a touch changes nothing", async () => {
    await put("- {host: 192.0.2.1, port: 1, name: a}\n- {host: 192.0.2.2, port: 1, name: b, zone: x}\n");
    follow();
    await until("the first", () => synced === 1);
    news();
    await put("- {host: 192.0.2.1, port: 1, name: c}\n- {host: 192.0.2.2, port: 1, name: b, zone: y}\n");
    await until("the second", () => events.length === 3);
    assert.deepEqual(news(), ["- a 192.0.2.1:1", "+ c 192.0.2.1:1", "~ b x to y"]);
    logs();
    await utimes(path, 1, 1);
    await until("a look", () => checks.length === 3);
    assert.deepEqual([news(), logs(), checks], [[], "", [true, true, true]]);
  });

  test("follow a ConfigMap, whose directory is swapped by a symlink", async () => {
    const volume = join(directory, "volume");
    /** As a kubelet does it: a new directory, a new link to it, and a rename over the old link. */
    async function publish(version: string, text: string): Promise<void> {
      await mkdir(join(volume, version), { recursive: true });
      await writeFile(join(volume, version, "targets.yaml"), text);
      await symlink(version, join(volume, "..data_tmp"));
      await rename(join(volume, "..data_tmp"), join(volume, "..data"));
    }
    await publish("..1", "- a.test:1\n");
    await symlink(join("..data", "targets.yaml"), join(volume, "targets.yaml"));
    path = join(volume, "targets.yaml");
    names.set("a.test", ["192.0.2.1"]).set("b.test", ["192.0.2.2"]);
    follow();
    await until("the first", () => events.length === 1);
    await publish("..2", "- b.test:1\n");
    await rm(join(volume, "..1"), { recursive: true });
    await until("the second", () => events.length === 3);
    assert.deepEqual(news(), ["+ a.test 192.0.2.1:1", "- a.test 192.0.2.1:1", "+ b.test 192.0.2.2:1"]);
    assert.deepEqual(checks, [true, true]);
  });

  for (const [what, spoil, told] of [
    [
      "is broken",
      () => put("- 192.0.2.1\n- 192.0.2.9:0\n"),
      [
        'WARN  /targets.yaml:1: entry 1 "192.0.2.1" has no port; write it like 192.0.2.1:10250',
        'WARN  /targets.yaml:2: entry 2 port "0" will not do; write a whole number from 1 to 65535',
      ],
    ],
    [
      "is gone",
      () => rm(path),
      ['WARN  "/targets.yaml" cannot be read (ENOENT: no such file or directory); give the path of a file'],
    ],
    ["is empty", () => put(""), [/^WARN {2}\/targets\.yaml: holds nothing/]],
    [
      "is no text",
      () => writeFile(path, Buffer.from([0x2d, 0x20, 0xff, 0xfe])),
      ["WARN  /targets.yaml: is not text in UTF-8; save it as that"],
    ],
    [
      "is a directory",
      async () => {
        await rm(path);
        await mkdir(path);
      },
      ['WARN  "/targets.yaml" is not a file; give the path of one'],
    ],
    [
      "is too large",
      () => truncate(path, maxFileBytes + 1),
      [/^WARN {2}"\/targets\.yaml" has 16777217 bytes; 16777216 are the most$/],
    ],
  ] as [string, () => Promise<void>, (string | RegExp)[]][]) {
    test(`stay where a new version ${what}; that is told of once, and when it is over`, async () => {
      const good = "- 192.0.2.1:1\n- 192.0.2.2:1\n";
      await put(good);
      follow();
      await until("the first", () => synced === 1);
      news();
      logs();
      await spoil();
      await until("the trouble", () => checks.at(-1) === false);
      await whileLooking();
      const lines = logs().trimEnd().split("\n");
      assert.equal(
        lines[0],
        "WARN  the targets file /targets.yaml cannot be used; the last good one serves on targets=2",
      );
      assert.equal(lines.length, 1 + told.length, lines.join("\n"));
      for (const [index, expected] of told.entries()) {
        if (typeof expected === "string") assert.equal(lines[index + 1], expected);
        else assert.match(lines[index + 1] ?? "", expected);
      }
      assert.deepEqual([news(), targets.size], [[], 2]);

      await rm(path, { recursive: true, force: true });
      await put(good);
      await until("it is over", () => checks.at(-1) === true);
      assert.match(logs(), /INFO {2}the targets file \/targets\.yaml can be used again: it is as it was\n$/);
      assert.deepEqual(news(), []);
    });
  }

  test("are told of another trouble too, and taken from a version that mends it", async () => {
    await put("- 192.0.2.1:1\n");
    follow();
    await until("the first", () => synced === 1);
    await put("- x\n");
    await until("one trouble", () => checks.at(-1) === false);
    logs();
    await put("- y\n");
    await until("another", () => logged.includes('"y"'));
    news();
    logs();
    await put("- 192.0.2.2:1\n");
    await until("it is over", () => checks.at(-1) === true);
    assert.deepEqual(news(), ["- 192.0.2.1 192.0.2.1:1", "+ 192.0.2.2 192.0.2.2:1"]);
    assert.equal(logs(), "INFO  the targets file /targets.yaml can be used again: it names 1 target\n");
  });

  test("wait for a file that is not there yet", async () => {
    follow();
    await until("the trouble", () => checks.length === 1);
    assert.match(logs(), /cannot be used; there is no version before it targets=0\nWARN .*ENOENT/);
    assert.equal(synced, 0);
    await put("[]");
    await until("the file", () => synced === 1);
    assert.deepEqual([checks, targets.size], [[false, true], 0]);
  });

  test("are not taken from a file that is still being written", async () => {
    await put("- 192.0.2.1:1\n- 192.0.2.2:1\n");
    follow();
    await until("the first", () => synced === 1);
    news();
    const read = checks.length;
    for (let part = 0; part < 10; part++) {
      // Longer each time: not read before it rests.
      await writeFile(path, `- 192.0.2.1:1\n${"#".repeat(part)}`);
      await clock.advance(250);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(checks.length, read);
    await writeFile(path, "- 192.0.2.1:1\n- 192.0.2.3:1\n");
    await until("it rests", () => events.length > 0);
    assert.deepEqual(news(), ["- 192.0.2.2 192.0.2.2:1", "+ 192.0.2.3 192.0.2.3:1"]);
  });

  test("follow their names, and keep the last addresses of one that fails", async () => {
    names.set("a.test", ["192.0.2.2", "192.0.2.1"]).set("b.test", ["192.0.2.5", "192.0.2.4"]);
    await put("- a.test:1\n- {host: b.test, port: 1, resolve: all}\n- nowhere.test:1\n");
    follow();
    await until("synced", () => synced === 1);
    assert.deepEqual(news(), ["+ a.test 192.0.2.1:1", "+ b.test 192.0.2.4:1", "+ b.test 192.0.2.5:1"]);
    assert.deepEqual(targets.countByState(), { probed: 2, no_address: 1, no_port: 0, filtered: 0 });
    assert.equal(targets.failingNames, 1);
    const [, , nowhere] = targets.outcomes();
    assert.equal(nowhere?.state === "no_address" && nowhere.why, "cannot be resolved (ENOTFOUND)");

    names.set("a.test", ["192.0.2.2"]).set("b.test", ["192.0.2.3", "192.0.2.4"]).set("nowhere.test", ["192.0.2.9"]);
    await until("all have changed", () => events.length === 5);
    assert.deepEqual(news().sort(), [
      "+ a.test 192.0.2.2:1",
      "+ b.test 192.0.2.3:1",
      "+ nowhere.test 192.0.2.9:1",
      "- a.test 192.0.2.1:1",
      "- b.test 192.0.2.5:1",
    ]);

    names.clear();
    await until("all fail", () => targets.failingNames === 3);
    names
      .set("a.test", ["192.0.2.1", "192.0.2.2"])
      .set("b.test", ["192.0.2.4", "192.0.2.3"])
      .set("nowhere.test", ["192.0.2.9"]);
    await until("none fails", () => targets.failingNames === 0);
    assert.deepEqual(news(), []);
  });

  test("are one where two entries turn out to be the same host under one name", async () => {
    names.set("a.test", ["192.0.2.1"]);
    await put("- {host: a.test, port: 1, name: x, zone: z}\n- {host: 192.0.2.1, port: 1, name: x, zone: z}\n");
    follow();
    await until("synced", () => synced === 1);
    await whileLooking();
    assert.deepEqual(news(), ["+ x 192.0.2.1:1"]);
    assert.equal(targets.size, 1);
  });

  test("of other shards are neither resolved nor probed", async () => {
    names.set("a.test", ["192.0.2.1"]);
    const asked: string[] = [];
    await put("- a.test:1\n- b.test:1\n- 192.0.2.3:1\n");
    follow({
      owns: (name) => name === "a.test",
      lookup: async (name) => {
        asked.push(name);
        return { addresses: names.get(name) ?? [], ttlMs: undefined };
      },
    });
    await until("synced", () => synced === 1);
    assert.deepEqual([news(), asked], [["+ a.test 192.0.2.1:1"], ["a.test"]]);
    assert.deepEqual(targets.countByState(), { probed: 1, no_address: 0, no_port: 0, filtered: 2 });
  });

  test("of the other family have no address, and both families give two", async () => {
    names.set("a.test", ["192.0.2.1", "2001:db8::1"]);
    await put("- a.test:1\n- 192.0.2.3:1\n");
    follow({ ipFamily: "both" });
    await until("synced", () => synced === 1);
    assert.deepEqual(news().sort(), ["+ 192.0.2.3 192.0.2.3:1", "+ a.test 192.0.2.1:1", "+ a.test [2001:db8::1]:1"]);
    ending.abort();
    await running;
    ending = new AbortController();
    follow({ ipFamily: "6" });
    await until("synced", () => synced === 2);
    assert.deepEqual(news(), ["+ a.test [2001:db8::1]:1"]);
    const [, literal] = targets.outcomes();
    assert.equal(literal?.state === "no_address" && literal.why, "has no usable address of IPv6; it has 192.0.2.3");
  });
});
