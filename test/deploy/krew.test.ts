import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { startSandbox } from "../../src/sandbox/cluster.ts";
import { version } from "../../src/version.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const arch = process.arch === "x64" ? "amd64" : process.arch;
const url = "https://example.com/releases/v1";

/** A manifest as krew reads it: https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/ */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly homepage: string;
    readonly shortDescription: string;
    readonly description: string;
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
      readonly uri: string;
      readonly sha256: string;
      readonly bin: string;
    }[];
  };
}

/** What krew holds a manifest against before it takes it (validatePlugin, validatePlatform). */
function holdAgainstKrew({ apiVersion, kind, metadata, spec }: Manifest): void {
  assert.deepEqual([apiVersion, kind], ["krew.googlecontainertools.github.com/v1alpha2", "Plugin"]);
  assert.match(metadata.name, /^[\w-]+$/);
  assert.match(spec.version, /^v\d+\.\d+\.\d+/);
  assert.ok(spec.shortDescription !== "" && !/[\r\n]/.test(spec.shortDescription));
  // The index's own rule, so that `kubectl krew search` stays a table.
  assert.ok(spec.shortDescription.length <= 50, spec.shortDescription);
  assert.ok(spec.platforms.length > 0);
  for (const { selector, uri, bin } of spec.platforms) {
    assert.ok(["linux", "darwin"].includes(selector.matchLabels.os ?? ""));
    assert.ok(["amd64", "arm64"].includes(selector.matchLabels.arch ?? ""));
    assert.match(uri, /^\S+\.tar\.gz$/);
    assert.ok(bin !== "" && !bin.startsWith("/") && !bin.includes(".."));
  }
}

test("the template has what krew requires, for every platform once", () => {
  const template: Manifest = parse(readFileSync(`${root}deploy/krew/pingo.yaml`, "utf8").replace("vVERSION", "v1.0.0"));
  holdAgainstKrew(template);
  const platforms = template.spec.platforms.map(({ selector }) => Object.values(selector.matchLabels).join("-"));
  assert.deepEqual(platforms, ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"]);
  for (const [index, { uri }] of template.spec.platforms.entries()) {
    assert.ok(uri.includes(platforms[index] ?? "nowhere"), uri);
  }
});

describe("what npm run krew makes for this machine", { skip: skipWithout("npm", "tar", "kubectl") }, () => {
  let work: string;
  let manifest: Manifest;
  before(() => {
    work = mkdtempSync(join(tmpdir(), "pingo-krew-test-"));
    const args = ["--url", url, "--homepage", "https://example.com", "--out", work, "--platform", `linux-${arch}`];
    const script = join(root, "scripts/krew.ts");
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
    manifest = parse(readFileSync(join(work, "pingo.yaml"), "utf8"));
  });
  after(() => rmSync(work, { recursive: true }));

  test("is a manifest that krew takes, with the digest of the archive", () => {
    holdAgainstKrew(manifest);
    assert.equal(manifest.spec.version, `v${version()}`);
    const [platform] = manifest.spec.platforms;
    assert.equal(manifest.spec.platforms.length, 1);
    assert.equal(platform?.uri, `${url}/kubectl-pingo-v${version()}-linux-${arch}.tar.gz`);
    const bytes = readFileSync(join(work, basename(platform?.uri ?? "")));
    assert.equal(platform?.sha256, createHash("sha256").update(bytes).digest("hex"));
    assert.ok(!/VERSION|SHA256|HOMEPAGE|URL/.test(readFileSync(join(work, "pingo.yaml"), "utf8")));
  });

  test("runs as kubectl's plugin where krew would put it", async () => {
    const [platform] = manifest.spec.platforms;
    const [store, bin] = [join(work, "store/pingo", manifest.spec.version), join(work, "bin")];
    for (const folder of [store, bin]) mkdirSync(folder, { recursive: true });
    const archive = join(work, basename(platform?.uri ?? ""));
    const listed = spawnSync("tar", ["-tvzf", archive], { encoding: "utf8" }).stdout.trimEnd().split("\n");
    // krew refuses an archive with a link in it.
    assert.deepEqual(
      listed.filter((line) => !/^[-d]/.test(line)),
      [],
    );
    assert.equal(spawnSync("tar", ["-xzf", archive, "-C", store]).status, 0);
    const target = join(store, platform?.bin ?? "");
    assert.ok((statSync(target).mode & 0o111) !== 0, "it can be executed");
    symlinkSync(target, join(bin, "kubectl-pingo"));
    const sandbox = await startSandbox({ nodes: 3 });
    writeFileSync(join(work, "kubeconfig"), sandbox.kubeconfig());
    const path = [bin, dirname(process.execPath), process.env.PATH].join(":");
    const env = { PATH: path, HOME: work, KUBECONFIG: join(work, "kubeconfig") };
    const checked = await Pingo.exec("kubectl", ["pingo", "--count", "1", "-o", "wide"], env);
    await sandbox.stop();
    assert.deepEqual([checked.code, checked.stderr], [0, ""], checked.stdout);
    assert.match(checked.stdout, /3 of 3 nodes reachable/);
    assert.match(checked.stdout, / kernel\n/, "koffi's library for this platform is in the archive");
  });
});
