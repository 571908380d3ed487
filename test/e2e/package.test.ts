import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { skipWithout } from "../support/need.ts";
import { otherNode, type Packed, packAndInstall } from "../support/packed.ts";

/** The oldest that `engines` lets in: there node:sqlite still warns, and what is newer is missing. */
const oldestNode = "24.0.0";
const tsc = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));

let packed: Packed;
let sandbox: Sandbox;
let work: string;
let kubeconfig: string;
const nodes: Record<string, string> = { "the pinned Node": dirname(process.execPath) };

describe("the npm package", { concurrency: 2, skip: skipWithout("npm", "kubectl") }, () => {
  before(async () => {
    work = mkdtempSync(join(tmpdir(), "pingo-packed-"));
    kubeconfig = join(work, "kubeconfig");
    [packed, nodes.oldest, sandbox] = await Promise.all([
      packAndInstall(),
      otherNode(oldestNode, work),
      startSandbox({ nodes: 4 }),
    ]);
    writeFileSync(kubeconfig, sandbox.kubeconfig());
  });
  after(async () => {
    await sandbox?.stop();
    packed?.remove();
    rmSync(work, { recursive: true });
  });

  /** A program of the package on the PATH, before a Node and the system's own. */
  function start(node: string, command: string, args: readonly string[]): ChildProcess & { output: string } {
    const path = [join(packed.prefix, "bin"), nodes[node], process.env.PATH].join(":");
    const child = spawn(command, args, { cwd: work, env: { PATH: path, HOME: work, KUBECONFIG: kubeconfig } });
    const started = Object.assign(child, { output: "" });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        started.output += chunk;
      });
    }
    return started;
  }

  async function run(node: string, command: string, ...args: readonly string[]) {
    const child = start(node, command, args);
    let stderr = "";
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    const [code] = await once(child, "close");
    return { code, stderr, output: child.output };
  }

  test("holds what runs and no more", () => {
    const strange = packed.files.filter(
      (path) => !/^(package\.json|README\.md|LICENSE|bin\/[\w-]+\.js|man\/pingo\.1|dist\/.+)$/.test(path),
    );
    assert.deepEqual(strange, []);
    const sources = packed.files.filter((path) => /\.ts$/.test(path) && !path.endsWith(".d.ts"));
    assert.deepEqual(sources, []);
    assert.ok(packed.bytes < 600_000, `${packed.bytes} bytes`);
    assert.ok(!/ts["']/.test(readFileSync(join(packed.folder, "dist/main.js"), "utf8")));
    assert.ok(existsSync(join(packed.prefix, "share/man/man1/pingo.1")), "npm put the man page where man looks");
  });

  test("brings no compiler, no bundler and no Node along", () => {
    for (const name of ["typescript", "esbuild", "node", "preact", "uplot"]) {
      assert.equal(existsSync(join(packed.folder, "node_modules", name)), false, name);
    }
  });

  test("brings the types of /api/v1", () => {
    const consumer = join(work, "consumer");
    mkdirSync(join(consumer, "node_modules"), { recursive: true });
    symlinkSync(packed.folder, join(consumer, "node_modules/pingo"));
    writeFileSync(
      join(consumer, "right.ts"),
      `import type { Headline, HistoryEvent, Overview } from "pingo/api";
       export const worst = ({ headline }: Overview): Headline["condition"] => headline.condition;
       export const result: HistoryEvent["result"] = "timeout";\n`,
    );
    writeFileSync(
      join(consumer, "wrong.ts"),
      `import type { Headline } from "pingo/api";\nexport const worst: Headline["condition"] = "splendid";\n`,
    );
    for (const more of [
      ["--module", "nodenext"],
      ["--module", "esnext", "--moduleResolution", "bundler"],
    ]) {
      const args = ["--noEmit", "--strict", "--lib", "es2024", ...more, "right.ts", "wrong.ts"];
      const { stdout } = spawnSync(tsc, args, { cwd: consumer, encoding: "utf8" });
      assert.match(
        stdout,
        /^wrong\.ts\(2,14\): error TS2322: [^\n]*"splendid"' is not assignable to type 'Condition'\.\n$/,
      );
    }
  });

  for (const node of ["the pinned Node", "oldest"]) {
    const name = node === "oldest" ? `Node ${oldestNode}` : node;
    test(`says under ${name} which commit it is`, async () => {
      const head = spawnSync("git", ["rev-parse", "--short=12", "HEAD"], {
        cwd: import.meta.dirname,
        encoding: "utf8",
      });
      const commit = head.stdout.trim();
      const { code, output } = await run(node, "pingo", "--version");
      assert.match(
        output,
        new RegExp(`^pingo \\d+\\.\\d+\\.\\d+ \\(${commit}(\\+changes)?, \\d{4}-\\d\\d-\\d\\d\\)\n$`),
      );
      assert.equal(code, 0);
    });

    test(`checks the sandbox's cluster under ${name}, as pingo and as kubectl's plugin`, async () => {
      for (const command of ["pingo check --count 2", "kubectl pingo --count 2", "kubectl pingo -o wide --count 1"]) {
        const [program = "", ...args] = command.split(" ");
        const { code, stderr, output } = await run(node, program, ...args);
        assert.deepEqual([code, stderr], [0, ""], output);
        assert.match(output, /4 of 4 nodes reachable/, command);
      }
    });

    test(`serves metrics and the page under ${name}, and warns of nothing`, async () => {
      const args = ["serve", "--listen", "127.0.0.1:0", "--probe", "500ms", "--history", join(work, `history-${node}`)];
      const child = start(node, "pingo", args);
      await eventually("it listens", () => /the page is at (\S+),/.test(child.output), 20_000);
      const [, url = ""] = /the page is at (\S+),/.exec(child.output) ?? [];
      await eventually("every node is up", async () => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        return metrics.match(/^pingo_up\{.*\} 1$/gm)?.length === 4;
      });
      const page = await fetch(`${url}/`);
      const html = await page.text();
      const [, script = ""] = /<script[^>]* src="([^"]+)"/.exec(html) ?? [];
      assert.deepEqual([page.status, (await fetch(new URL(script, url))).status], [200, 200]);
      const overview = (await (await fetch(`${url}/api/v1/overview`)).json()) as { clusters: unknown[] };
      assert.equal(overview.clusters.length, 1);
      child.kill("SIGTERM");
      const [code] = await once(child, "close");
      assert.equal(code, 0);
      assert.ok(!/warning|WARN|ERROR/i.test(child.output), child.output);
    });

    test(`plays the demo under ${name}`, async () => {
      const child = start(node, "pingo", ["demo", "--listen", "127.0.0.1:0", "--nodes", "3"]);
      await eventually("nodes are probed", () => /probing 3 nodes/.test(child.output), 20_000);
      child.kill("SIGINT");
      const [code] = await once(child, "close");
      assert.deepEqual([code, /warning/i.test(child.output)], [0, false], child.output);
    });
  }

  test("says under an older Node what it needs", () => {
    const script = join(packed.folder, "bin/pingo.js");
    const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "22.1.0" } });`;
    const args = ["--import", `data:text/javascript,${encodeURIComponent(old)}`, script, "--version"];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /^pingo needs Node 24 or newer and this is v[\d.]+\n$/);
  });
});
