import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly steps?: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = globSync(".github/workflows/*.yml", { cwd: root });
const scripts = JSON.parse(readFileSync(`${root}/package.json`, "utf8")).scripts as Record<string, string>;

// The parser imports its schema as bundlers let it, without saying that it is JSON.
registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    return resolved.url.endsWith(".json") ? { ...resolved, importAttributes: { type: "json" } } : resolved;
  },
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");

async function complaints(name: string, content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

suite("GitHub's workflows", () => {
  test("are there", () =>
    assert.deepEqual(files.toSorted(), [".github/workflows/ci.yml", ".github/workflows/release.yml"]));

  for (const file of files) {
    const text = readFileSync(`${root}/${file}`, "utf8");
    const { permissions, jobs } = parse(text) as Workflow;
    const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

    test(`${file}: GitHub's own parser has nothing to say`, async () => {
      assert.deepEqual(await complaints(file, text), []);
      // That it can complain at all, of a key and of an expression.
      assert.notDeepEqual(await complaints(file, text.replace("runs-on:", "runs_on:")), []);
      assert.notDeepEqual(await complaints(file, text.replace("${{ github.", "${{ nobody.")), []);
    });

    test(`${file}: nothing is permitted but what a job names, and nobody but what publishes writes to the repository`, () => {
      assert.deepEqual(permissions, {});
      for (const [name, job] of Object.entries(jobs)) {
        assert.notEqual(job.permissions, undefined, name);
        assert.equal(job.permissions?.contents, name === "publish" ? "write" : "read", name);
      }
    });

    test(`${file}: no command is put together from what others wrote, no action can change behind its name, and no checkout keeps its token`, () => {
      for (const { run, uses, with: given } of steps) {
        assert.doesNotMatch(run ?? "", /\$\{\{/);
        // A tag can be moved to another commit by whoever owns the action.
        if (uses !== undefined) assert.match(uses, /^(\.\/|[\w.-]+\/[\w.-]+@[0-9a-f]{40}$)/);
        if (uses?.startsWith("actions/checkout@")) assert.equal(given?.["persist-credentials"], false);
      }
    });

    test(`${file}: who may sign and publish runs nothing of a dependency's`, () => {
      for (const [name, job] of Object.entries(jobs)) {
        if (job.permissions?.["id-token"] !== "write") continue;
        for (const { run = "", uses = "" } of job.steps ?? []) {
          assert.doesNotMatch(run, /npm (ci|install|run|test|exec)|npx/, name);
          assert.doesNotMatch(uses, /^actions\/checkout/, name);
        }
      }
    });

    test(`${file}: what its commands run is there`, () => {
      const commands = steps.map(({ run }) => run ?? "").join("\n");
      for (const [, name = ""] of commands.matchAll(/npm run (\S+)/g)) assert.ok(name in scripts, name);
      for (const [path = ""] of commands.matchAll(/(scripts|deploy)\/[\w./-]+|\.ci\/run/g)) {
        if (!path.startsWith("deploy/helm")) assert.ok(existsSync(`${root}/${path}`), path);
      }
    });
  }
});
