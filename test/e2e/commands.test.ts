import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";

/** Control sequence introducer (ECMA-48). */
const csi = "\u001b[";
const entry = fileURLToPath(new URL("../../bin/pingo.js", import.meta.url));

describe("pingo check", () => {
  let sandbox: Sandbox;
  let env: Record<string, string>;
  before(async () => {
    sandbox = await startSandbox({ nodes: 6 });
    env = sandbox.environment();
  });
  after(() => sandbox.stop());

  test("shows a healthy cluster as a table and leaves with 0", async () => {
    const { code, stdout, stderr } = await Pingo.run(["check", "--count", "3"], env);
    assert.deepEqual([code, stderr], [0, ""]);
    const [head, ...rows] = stdout.split("\n");
    assert.deepEqual(head?.split(/\s{2,}/), [
      "NODE",
      "ZONE",
      "TARGET",
      "READY",
      "RESULT",
      "REPLIES",
      "MEDIAN",
      "WORST",
    ]);
    assert.equal(rows.filter((row) => / yes {2,}ok {2,}3\/3 {2,}[\d.]+ ms {2,}[\d.]+ ms$/.test(row)).length, 6, stdout);
    assert.match(stdout, /6 of 6 nodes reachable, median [\d.]+ ms\n$/);
    assert.ok(!stdout.includes(csi), "colour where no terminal is");
  });

  test("puts trouble on top, says what it is, and leaves with 1", async () => {
    const [refusing = "", dark = ""] = sandbox.nodeNames();
    await sandbox.stopKubelet(refusing);
    await sandbox.goDark(dark);
    const startMs = performance.now();
    const { code, stdout } = await Pingo.run(["check", "--count", "3", "--timeout", "800ms"], env);
    assert.equal(code, 1);
    assert.ok(performance.now() - startMs < 10_000);
    const rows = stdout.split("\n");
    assert.ok(
      rows.slice(1, 3).some((row) => row.startsWith(refusing) && /refused {2,}0\/3/.test(row)),
      stdout,
    );
    assert.ok(
      rows.slice(1, 3).some((row) => row.startsWith(dark) && /timeout {2,}0\/3 {2,}- {2,}-$/.test(row)),
      stdout,
    );
    assert.match(stdout, /4 of 6 nodes reachable, 2 gave no connection/);
    assert.match(stdout, /\n1 node Ready in the cluster's eyes and silent from here: look at the way between\n/);
    assert.match(stdout, /\n1 node Ready and refusing: the way there works, the kubelet's port is closed\n$/);
    await sandbox.returnNode(refusing);
    await sandbox.returnNode(dark);
  });

  test("gives programs JSON, in seconds", async () => {
    const { code, stdout } = await Pingo.run(["check", "--output=json", "--count=2"], env);
    assert.equal(code, 0);
    const report = JSON.parse(stdout);
    const none = { lossy: 0, unreachable: 0, unknown: 0, untried: 0, notProbed: 0, unreadable: 0 };
    assert.deepEqual(report.summary, {
      nodes: 6,
      targets: 6,
      reachable: 6,
      ...none,
      apisFailed: [],
      interrupted: false,
      engine: "kernel",
    });
    assert.deepEqual(Object.keys(report.nodes[0]), [
      "cluster",
      "node",
      "zone",
      "target",
      "addressType",
      "port",
      "ready",
      "readyReason",
      "verdict",
      "result",
      "handshakes",
      "results",
      "codes",
      "medianSeconds",
      "worstSeconds",
      "rttSeconds",
      "synRetransmits",
    ]);
    for (const node of report.nodes) {
      assert.deepEqual([node.result, node.handshakes, node.results.ok], ["ok", 2, 2]);
      assert.ok(node.medianSeconds > 0 && node.medianSeconds < 1 && node.worstSeconds >= node.medianSeconds);
    }
  });

  test("tells the same wide, as YAML and as names", async () => {
    const wide = await Pingo.run(["check", "-o", "wide", "--count", "1"], env);
    assert.match(wide.stdout, / RTT MEDIAN .* ENGINE\n.* InternalIP +kubelet .* (\d\.\d+ ms +){3}0 +kernel\n/);
    const yaml = await Pingo.run(["check", "-oyaml", "--count=1"], env);
    assert.equal(parse(yaml.stdout).summary.reachable, 6);
    const names = await Pingo.run(["check", "-o", "name", "--count", "1"], env);
    assert.deepEqual(
      names.stdout.trim().split("\n").sort(),
      sandbox
        .nodeNames()
        .map((name) => `node/${name}`)
        .sort(),
    );
    assert.deepEqual([wide.code, yaml.code, names.code], [0, 0, 0]);
  });

  test("is in colour, with progress, on a terminal; and in none where NO_COLOR is set", {
    skip: skipWithout("script"),
  }, async () => {
    const onTerminal = async (more: Record<string, string>) => {
      const command = `"${process.execPath}" "${entry}" check --count 2`;
      const child = spawn("script", ["-qec", command, "/dev/null"], {
        env: { PATH: process.env.PATH ?? "", TERM: "xterm", ...env, ...more },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      for await (const chunk of child.stdout) output += chunk;
      return output;
    };
    const colourful = await onTerminal({});
    assert.ok(colourful.includes(`${csi}32mok${csi}39m`), colourful);
    assert.match(colourful, /\r\d+ of 12 handshakes/);
    const plain = await onTerminal({ NO_COLOR: "1" });
    assert.ok(!plain.replaceAll(`${csi}K`, "").includes(csi), plain);
  });

  test("without a CA of its own, the system's authorities count", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pingo-test-"));
    const file = join(folder, "ca.pem");
    writeFileSync(file, sandbox.caPem);
    const { PINGO_CA: _, ...withoutCa } = env;
    const trusted = await Pingo.run(["check", "--count", "1"], { ...withoutCa, SSL_CERT_FILE: file });
    rmSync(folder, { recursive: true });
    assert.equal(trusted.code, 0, trusted.stderr);
    assert.equal((await Pingo.run(["check", "--count", "1"], withoutCa)).code, 3);
  });

  test("a check of nothing is not green", async () => {
    const { code, stdout } = await Pingo.run(["check", "--node-selector", "no-such=label"], env);
    assert.deepEqual([code, stdout], [2, 'no node to check: none fits the selector "no-such=label"\n']);
  });

  test("names of nodes that are none are told of on standard error, where no program reads them for names", async () => {
    const none = ["-o", "name", "-l", "no-such=label"];
    const check = await Pingo.run(["check", ...none], env);
    const said = 'pingo: no node to check: none fits the selector "no-such=label"\n';
    assert.deepEqual([check.code, check.stdout, check.stderr], [2, "", said]);
    const targets = await Pingo.run(["targets", ...none], env);
    const saidOfTargets = 'pingo: there is no node that fits the selector "no-such=label"\n';
    assert.deepEqual([targets.code, targets.stdout, targets.stderr], [0, "", saidOfTargets]);
  });

  test("leaves with 3 where the API is not there, refuses the token or has another CA", async () => {
    const other = await startSandbox({ nodes: 1 });
    const foreign = other.environment();
    await other.stop();
    for (const [more, said] of [
      [{ PINGO_API: foreign.PINGO_API ?? "" }, /connection refused/],
      [{ PINGO_TOKEN: "not-the-token" }, /does not accept the credentials \(401/],
      [{ PINGO_CA: foreign.PINGO_CA ?? "" }, /not signed by the given CA/],
    ] as const) {
      for (const command of ["check", "targets"]) {
        const { code, stdout, stderr } = await Pingo.run([command], { ...env, ...more });
        assert.deepEqual([code, stdout], [3, ""], stderr);
        assert.match(stderr, said);
        assert.equal(stderr.split("\n").length, 2, stderr);
        assert.ok(!stderr.includes("not-the-token"));
      }
    }
  });

  test("an interrupt ends it with what is known so far and code 130", async () => {
    const [dark = ""] = sandbox.nodeNames();
    await sandbox.goDark(dark);
    const pingo = new Pingo(["check", "--timeout", "60s"], env);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const { code, tookMs } = await pingo.stop("SIGINT");
    assert.equal(code, 130);
    assert.ok(tookMs < 1_000);
    assert.match(pingo.stdout, new RegExp(`${dark}.* - +0/0 `));
    assert.match(pingo.stdout, /1 not tried before the interrupt/);
    await sandbox.returnNode(dark);
  });
});

describe("pingo targets", () => {
  test("says of every node whether it would be probed, where, and why not", async () => {
    const sandbox = await startSandbox({ nodes: 3 });
    const [virtual = "", bare = "", whole = ""] = sandbox.nodeNames();
    sandbox.store.update(virtual, (node) => ({
      ...node,
      status: { ...node.status, daemonEndpoints: { kubeletEndpoint: { Port: 0 } } },
    }));
    sandbox.store.update(bare, (node) => ({
      ...node,
      status: { ...node.status, addresses: [{ type: "Hostname", address: bare }] },
    }));
    const { code, stdout } = await Pingo.run(["targets"], sandbox.environment());
    assert.equal(code, 0);
    const rowOf = (name: string) => stdout.split("\n").find((row) => row.startsWith(`${name} `)) ?? "";
    assert.match(rowOf(virtual), /no: reports no usable kubelet port/);
    assert.match(rowOf(bare), /no: has no usable ExternalIP or InternalIP; it reports Hostname/);
    assert.match(rowOf(whole), /127\.\d+\.\d+\.\d+:10250 {2,}InternalIP {2,}yes$/);
    assert.match(stdout, /3 nodes: 1 would be probed, 2 not\n$/);
    const wide = (await Pingo.run(["targets", "-o", "wide"], sandbox.environment())).stdout;
    assert.match(wide, /PORT +REGION +INSTANCE TYPE +OS +PROBED\n/);
    assert.match(wide, new RegExp(`^${whole} .* kubelet +lo-west-1 +m7\\.\\w+ +linux +yes$`, "m"));
    const watched = await Pingo.run(["targets", "--watch", "-o", "yaml"], sandbox.environment());
    assert.deepEqual([watched.code, watched.stdout], [2, ""]);
    assert.match(watched.stderr, /yaml tells no changes; with --watch write table, wide or json/);
    const json = JSON.parse((await Pingo.run(["targets", "--output", "json"], sandbox.environment())).stdout);
    assert.deepEqual(json.nodes.map(({ state }: { state: string }) => state).sort(), [
      "no_address",
      "no_port",
      "probed",
    ]);
    await sandbox.stop();
  });
});

describe("pingo with bad settings", () => {
  test("tells of all of them at once, never of a secret, and leaves with 2", async () => {
    const env = {
      PINGO_API: "https://user:hunter2@192.0.2.1",
      PINGO_TOKEN: "top-secret\n",
      PINGO_CA: "no base64!",
      PINGO_PROBE: "-3",
      PINGO_TOKKEN: "another-secret",
    };
    const { code, stdout, stderr } = await Pingo.run(["--lissten", "a-third-secret", "--listen=99"], env);
    assert.deepEqual([code, stdout], [2, ""]);
    for (const said of [
      /PINGO_API:/,
      /PINGO_TOKEN: has a line end/,
      /PINGO_CA: .*base64/,
      /PINGO_PROBE: "-3"/,
      /PINGO_TOKKEN is set/,
      /--lissten is not/,
      /--listen: "99"/,
    ]) {
      assert.match(stderr, said);
    }
    assert.ok(!/hunter2|top-secret|another-secret|a-third-secret/.test(stderr), stderr);
  });

  test("says where it looked when nothing is set", async () => {
    const { code, stderr } = await Pingo.run([]);
    assert.equal(code, 2);
    assert.match(stderr, /neither --api nor PINGO_API is set/);
    assert.match(stderr, /pingo demo/);
  });
});

describe("pingo sandbox and pingo demo", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pingo-test-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  test("the sandbox prints exports that a shell can source, obeys its input and takes its kubeconfig away", async () => {
    const file = join(folder, "it's here.kubeconfig");
    const pingo = new Pingo(["sandbox", "--nodes", "4", "--write-kubeconfig", file]);
    await pingo.says(/Type "help"/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const echoed = spawnSync("sh", ["-c", `${pingo.stdout}\nprintf '%s|%s' "$PINGO_API" "$KUBECONFIG"`], {
      encoding: "utf8",
    }).stdout;
    assert.match(echoed, /^https:\/\/127\.0\.0\.1:\d+\|.*it's here\.kubeconfig$/);
    const env = Object.fromEntries(
      [...pingo.stdout.matchAll(/^export (PINGO_\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
    );
    assert.equal((await Pingo.run(["check", "--count", "1"], env)).code, 0);
    pingo.process.stdin?.write("stop a-ash\nnonsense\napi down\n");
    await pingo.says(/kubelet of a-ash stops/);
    await pingo.says(/unknown command "nonsense"/);
    await pingo.says(/the API goes down/);
    assert.equal((await Pingo.run(["check"], env)).code, 3);
    pingo.process.stdin?.write("api up\n");
    await pingo.says(/the API is up/);
    assert.equal((await Pingo.run(["check", "--count", "1"], env)).code, 1);
    const { code, tookMs } = await pingo.stop("SIGINT");
    assert.equal(code, 0);
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
    assert.equal(existsSync(file), false);
  });

  test("the sandbox writes over no file that is somebody's own", async () => {
    const file = join(folder, "precious");
    writeFileSync(file, "my clusters\n");
    const pingo = new Pingo(["sandbox", "--nodes", "1", "--write-kubeconfig", file]);
    await pingo.says(/is there already and no sandbox wrote it/);
    await pingo.says(/Type "help"/);
    assert.ok(!pingo.stdout.includes("KUBECONFIG"));
    await pingo.stop();
    assert.equal(readFileSync(file, "utf8"), "my clusters\n");
  });

  test("the sandbox goes on when its input ends", async () => {
    const pingo = new Pingo(["sandbox", "--nodes", "1", "--write-kubeconfig", join(folder, "k")]);
    pingo.process.stdin?.end();
    await pingo.says(/Type "help"/);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(pingo.process.exitCode, null);
    assert.equal((await pingo.stop()).code, 0);
  });

  test("a reader that goes away ends the sandbox in good order: its kubeconfig goes too", async () => {
    const file = join(folder, "piped.kubeconfig");
    // What it is asked for later finds nobody who reads it.
    const script = `{ sleep 1; echo nodes; sleep 1; echo nodes; sleep 2; } |
      "${process.execPath}" "${entry}" sandbox --nodes 1 --write-kubeconfig "${file}" 2>&1 | head -n 1`;
    const child = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "inherit"], timeout: 30_000 });
    let stdout = "";
    for await (const chunk of child.stdout) stdout += chunk;
    assert.match(stdout, /^export PINGO_API=/);
    await eventually("the kubeconfig is gone", () => !existsSync(file));
  });

  test("the demo says where to look, and what it says is true", async () => {
    const pingo = new Pingo(["demo", "--listen", "127.0.0.1:0", "--write-kubeconfig", join(folder, "demo.kubeconfig")]);
    const [, port] = await pingo.says(/metrics {3}http:\/\/127\.0\.0\.1:(\d+)\/metrics/);
    await eventually("every node has replied", async () => {
      const replies = (await MetricsPage.fetch(Number(port))).select("pingo_reply");
      return replies.size === 13 && [...replies.values()].every((count) => count > 0);
    });
    const [, stopped = ""] = await pingo.says(/sandbox: kubelet of (\S+) stops/);
    await pingo.says(new RegExp(`${stopped} refused the connection`));
    const { code, tookMs } = await pingo.stop("SIGINT");
    assert.equal(code, 0);
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
    assert.equal(existsSync(join(folder, "demo.kubeconfig")), false);
  });
});
