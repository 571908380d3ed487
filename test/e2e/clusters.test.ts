import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { Pingo } from "../support/pingo.ts";

/** One cluster in a file of its own, as a cloud's command line tool writes it. */
function kubeconfig(name: string, sandbox: Sandbox): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      {
        name,
        cluster: {
          server: sandbox.apiUrl,
          "certificate-authority-data": Buffer.from(sandbox.caPem).toString("base64"),
        },
      },
    ],
    users: [{ name, user: { token: sandbox.readerToken } }],
  });
}

/** Whether a process has this in its command line. */
function isCalled(pid: string, argument: string): boolean {
  try {
    return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(`sleep\0${argument}`);
  } catch {
    return false;
  }
}

describe("several clusters", () => {
  let east: Sandbox;
  let west: Sandbox;
  let folder: string;
  let env: Record<string, string>;

  before(async () => {
    [east, west] = await Promise.all([startSandbox({ nodes: 3 }), startSandbox({ nodes: 2 })]);
    folder = mkdtempSync(join(tmpdir(), "pingo-test-"));
    const files = { east: join(folder, "east"), west: join(folder, "west") };
    writeFileSync(files.east, kubeconfig("east", east));
    writeFileSync(files.west, kubeconfig("west", west));
    env = { KUBECONFIG: `${files.east}:${files.west}` };
  });
  after(async () => {
    await Promise.all([east.stop(), west.stop()]);
    rmSync(folder, { recursive: true });
  });

  test("check takes the current context, one that is named, or several", async () => {
    const clusters = async (...args: string[]) => {
      const { code, stdout } = await Pingo.run(["check", "--count=1", "--output=json", ...args], env);
      assert.equal(code, 0);
      const { nodes } = JSON.parse(stdout) as { nodes: { cluster: string }[] };
      return nodes.map(({ cluster }) => cluster).sort();
    };
    assert.deepEqual(await clusters(), ["east", "east", "east"]);
    assert.deepEqual(await clusters("--context", "west"), ["west", "west"]);
    const both = ["east", "east", "east", "west", "west"];
    assert.deepEqual(await clusters("--context", "west", "--context", "east"), both);
  });

  test("names of nodes have their context behind them where there are several, as kubectl knows a single one", async () => {
    const lines = async (command: string, ...args: string[]) => {
      const { stdout } = await Pingo.run([command, "-o", "name", ...args], env);
      return stdout.split("\n").slice(0, -1);
    };
    const [ofEast, ofWest] = [east, west].map((sandbox) =>
      sandbox
        .nodeNames()
        .map((name) => `node/${name}`)
        .sort(),
    );
    const both = [...(ofEast ?? []).map((name) => `${name} east`), ...(ofWest ?? []).map((name) => `${name} west`)];
    const several = ["--context=east", "--context=west"];
    assert.deepEqual((await lines("check", "--count=1", ...several)).sort(), both.sort());
    assert.deepEqual((await lines("targets", ...several)).sort(), both);
    assert.deepEqual((await lines("targets")).sort(), ofEast);
    // What comes of it changes nothing: a script reads the same lines whichever cluster has nodes that fit.
    const [first = ""] = both;
    const only = `kubernetes.io/hostname=${first.replace(/^node\/| .*$/g, "")}`;
    await west.apiDown();
    assert.deepEqual(await lines("targets", ...several, "-l", only), [first]);
    await west.apiUp();
  });

  test("an unknown context, and a mistyped one, are told of", async () => {
    const { code, stderr } = await Pingo.run(["check", "--context", "wets"], env);
    assert.equal(code, 2);
    assert.match(stderr, /wets.*did you mean "?west/);
  });

  test("check of one that is away tells of the other, and says so with its exit code", async () => {
    await west.apiDown();
    const { code, stdout, stderr } = await Pingo.run(["check", "--count=1", "--context=east", "--context=west"], env);
    await west.apiUp();
    assert.equal(code, 3);
    assert.match(stdout, /3 of 3 nodes reachable/);
    assert.match(stderr, /cannot be used: nothing listens there/);
  });

  test("serve keeps them apart: what happens to one does not touch the other", async (t) => {
    const line = ["--context=east", "--context=west", "--probe=200ms", "--listen=127.0.0.1:0"];
    const pingo = new Pingo(line, env);
    t.after(() => pingo.stop());
    const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    await pingo.says(/probing 3 nodes.* cluster=east/);
    await pingo.says(/probing 2 nodes.* cluster=west/);
    await west.apiDown();
    await pingo.says(/cannot be used: .*the 2 known nodes stay.* cluster=west/);
    const { name } = await east.join();
    await eventually("the new node of the one is probed, the nodes of the other stay", async () => {
      const page = await MetricsPage.fetch(port);
      const up = (cluster: string) => page.select("pingo_up", { cluster }).size;
      return page.value("pingo_up", { cluster: "east", node: name ?? "" }) === 1 && up("west") === 2;
    });
    const page = await MetricsPage.fetch(port);
    assert.equal(page.value("pingo_api_up", { cluster: "east" }), 1);
    assert.equal(page.value("pingo_api_up", { cluster: "west" }), 0);
    assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
    await west.apiUp();
    await eventually(
      "it is back",
      async () => {
        return (await MetricsPage.fetch(port)).value("pingo_api_up", { cluster: "west" }) === 1;
      },
      15_000,
    );
    await east.leave(name ?? "");
  });

  test("serve is ready with one of them, and says which it waits for", async (t) => {
    await west.apiDown();
    const pingo = new Pingo(["--context=east", "--context=west", "--listen=127.0.0.1:0"], env);
    t.after(() => pingo.stop());
    const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    await pingo.says(/probing 3 nodes/);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    assert.deepEqual([ready.status, await ready.text()], [200, "ok; targets not known yet: west\n"]);
    await west.apiUp();
  });

  test("targets --watch goes on and tells what changes, as text and as JSON", async (t) => {
    const text = new Pingo(["targets", "--watch", "--context=east", "--context=west"], env);
    const json = new Pingo(["targets", "--watch", "--output=json"], env);
    t.after(() => Promise.all([text.stop(), json.stop()]));
    await text.says(/5 nodes: 5 would be probed/);
    await json.says(/"nodes":\[/);
    // Until they follow: what happens between the list and the watch is told of, too.
    const { name = "" } = await east.join();
    await text.says(new RegExp(` added +east ${name} 127\\.`));
    await json.says(new RegExp(`"change":"added","cluster":"east","node":"${name}","target":"127`));
    await east.leave(name);
    await text.says(new RegExp(` removed +east ${name} 127\\.`));
    await json.says(new RegExp(`"change":"removed","cluster":"east","node":"${name}"`));
    const { code } = await text.stop("SIGINT");
    assert.equal(code, 130);
    for (const line of json.stdout.trim().split("\n")) JSON.parse(line);
  });

  test("two contexts of one API share the line of the API, as there can be no two", async (t) => {
    const file = join(folder, "twice");
    const [first, second] = [kubeconfig("one", east), kubeconfig("two", east)].map((text) => parse(text));
    const joined = { ...first };
    for (const list of ["contexts", "clusters", "users"]) joined[list] = [...first[list], ...second[list]];
    writeFileSync(file, stringify(joined));
    const pingo = new Pingo(["--kubeconfig", file, "--context=one", "--context=two", "--listen=127.0.0.1:0"], {});
    t.after(() => pingo.stop());
    const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    await pingo.says(/probing 3 nodes.*cluster=two/);
    const page = await MetricsPage.fetch(port);
    const names = page.text.split("\n").map((line) => line.slice(0, line.lastIndexOf(" ")));
    const series = names.filter((name) => name !== "" && !name.startsWith("#"));
    assert.deepEqual(
      series.filter((name, index) => series.indexOf(name) !== index),
      [],
    );
    assert.equal(page.select("pingo_reply", { name: "API" }).size, 1);
  });

  test("an interrupt ends a check whose plugin hangs, with a code that says so, and the plugin with it", async () => {
    const file = join(folder, "plugin");
    const marker = `${29 + Math.random()}`;
    const plugin = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "sleep",
      args: [marker],
      interactiveMode: "Never",
    };
    const config = parse(kubeconfig("east", east));
    writeFileSync(file, stringify({ ...config, users: [{ name: "east", user: { exec: plugin } }] }));
    const runs = () => readdirSync("/proc").filter((pid) => isCalled(pid, marker));
    const pingo = new Pingo(["check", "--kubeconfig", file], {});
    if (existsSync("/proc/self")) await eventually("the plugin runs", () => runs().length > 0);
    const { code, tookMs } = await pingo.stop("SIGINT");
    assert.equal(code, 130);
    assert.ok(tookMs < 2_000, `${tookMs} ms`);
    if (existsSync("/proc/self")) await eventually("the plugin is gone", () => runs().length === 0);
  });

  test("two shards probe every node once between them", async () => {
    const probed = async (shard: string) => {
      const { stdout } = await Pingo.run(["targets", "--output=json", `--shard=${shard}`], env);
      const { nodes } = JSON.parse(stdout) as { nodes: { node: string; state: string }[] };
      return nodes.filter(({ state }) => state === "probed").map(({ node }) => node);
    };
    const shares = [await probed("1/2"), await probed("2/2")];
    assert.deepEqual(shares.flat().sort(), east.nodeNames().sort());
  });

  test("a file of targets stands beside them, and by itself", async () => {
    const file = join(folder, "targets.yaml");
    writeFileSync(file, `- { host: localhost, port: ${new URL(east.apiUrl).port}, name: api, zone: here }\n`);
    const beside = await Pingo.run(["check", "--count=1", "--targets", file], env);
    assert.equal(beside.code, 0, beside.stderr);
    assert.match(beside.stdout, /4 of 4 nodes reachable/);
    const alone = await Pingo.run(["check", "--count=1", "--output=json", "--targets", file], { HOME: folder });
    const { nodes } = JSON.parse(alone.stdout) as { nodes: Record<string, unknown>[] };
    assert.deepEqual([nodes[0]?.cluster, nodes[0]?.node, nodes[0]?.ready, nodes.length], ["static", "api", null, 1]);
    writeFileSync(file, "- { host: localhost }\n");
    for (const command of ["serve", "check", "targets"]) {
      const { code, stderr } = await Pingo.run([command, "--targets", file], { HOME: folder });
      assert.equal(code, 2, command);
      assert.match(stderr, /targets\.yaml.*port/, command);
    }
  });

  test("a file of targets that breaks serves on as it was, which a gauge tells", async (t) => {
    const file = join(folder, "changing.yaml");
    writeFileSync(file, `- 127.0.0.1:${new URL(east.apiUrl).port}\n`);
    const pingo = new Pingo(["--targets", file, "--probe=200ms", "--listen=127.0.0.1:0"], { HOME: folder });
    t.after(() => pingo.stop());
    const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    await pingo.says(/probing 1 entry/);
    const value = async (family: string) => (await MetricsPage.fetch(port)).value(family);
    assert.equal(await value("pingo_targets_file_ok"), 1);
    writeFileSync(file, "nonsense: [");
    await eventually("the gauge says so", async () => (await value("pingo_targets_file_ok")) === 0);
    assert.equal((await MetricsPage.fetch(port)).select("pingo_up").size, 1);
    writeFileSync(file, `- 127.0.0.1:${new URL(east.apiUrl).port}\n- 127.0.0.1:${new URL(west.apiUrl).port}\n`);
    await eventually("both are probed", async () => (await MetricsPage.fetch(port)).select("pingo_up").size === 2);
    assert.equal(await value("pingo_targets_file_ok"), 1);
  });
});
