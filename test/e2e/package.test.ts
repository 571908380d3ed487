import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { skipWithout } from "../support/need.ts";
import { otherNode, type Packed, packAndInstall } from "../support/packed.ts";
import { Pingo } from "../support/pingo.ts";

/** The oldest that `engines` lets in: there node:sqlite still warns, and what is newer is missing. */
const oldestNode = "24.0.0";
const tsc = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));

let packed: Packed;
let sandbox: Sandbox;
let work: string;
let kubeconfig: string;
const nodes: Record<string, string> = { "the pinned Node": dirname(process.execPath) };

describe("the npm package", { concurrency: 2, timeout: 300_000, skip: skipWithout("npm", "kubectl") }, () => {
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

  /** A program of the package, on a PATH that has it before a Node and the system's own. */
  function start(node: string, command: string, args: readonly string[]): Pingo {
    const path = [join(packed.prefix, "bin"), nodes[node], process.env.PATH].join(":");
    return new Pingo(args, { PATH: path, HOME: work, KUBECONFIG: kubeconfig }, work, [command]);
  }

  async function run(node: string, command: string, ...args: readonly string[]) {
    const pingo = start(node, command, args);
    return { code: await pingo.exit(), stdout: pingo.stdout, stderr: pingo.stderr };
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
      const { code, stdout } = await run(node, "pingo", "--version");
      assert.match(
        stdout,
        new RegExp(`^pingo \\d+\\.\\d+\\.\\d+ \\(${commit}(\\+changes)?, \\d{4}-\\d\\d-\\d\\d\\)\n$`),
      );
      assert.equal(code, 0);
    });

    test(`checks the sandbox's cluster under ${name}, as pingo and as kubectl's plugin`, async () => {
      for (const command of ["pingo check --count 2", "kubectl pingo --count 2", "kubectl pingo -o wide --count 1"]) {
        const [program = "", ...args] = command.split(" ");
        const { code, stderr, stdout } = await run(node, program, ...args);
        assert.deepEqual([code, stderr], [0, ""], stdout);
        assert.match(stdout, /4 of 4 nodes reachable/, command);
      }
    });

    test(`serves metrics and the page under ${name}, and warns of nothing`, async () => {
      const args = ["serve", "--listen", "127.0.0.1:0", "--probe", "500ms", "--history", join(work, `history-${node}`)];
      const pingo = start(node, "pingo", args);
      const [, url = ""] = await pingo.says(/the page is at (\S+),/);
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
      assert.equal((await pingo.stop()).code, 0);
      assert.ok(!/warning|WARN|ERROR/i.test(pingo.stderr), pingo.stderr);
    });

    test(`plays the demo under ${name}`, async () => {
      const pingo = start(node, "pingo", ["demo", "--listen", "127.0.0.1:0", "--nodes", "3"]);
      await pingo.says(/probing 3 nodes/);
      const { code } = await pingo.stop("SIGINT");
      assert.deepEqual([code, /warning/i.test(pingo.stderr)], [0, false], pingo.stderr);
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
