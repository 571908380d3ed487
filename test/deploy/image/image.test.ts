import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { Lab } from "../../lab/lab.ts";
import { eventually } from "../../support/eventually.ts";
import { tell } from "../../support/figures.ts";
import { skipWithout } from "../../support/need.ts";
import { Buildah, type ImageConfig } from "./buildah.ts";
import { makeBuildingImage } from "./building-image.ts";
import { Container } from "./container.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const needs = ["root", "buildah", "runc", "busybox", "strip", "ip", "npm"];
const nodes = 12;
const revision = "0123456789abcdef0123456789abcdef01234567";

suite("the image", { skip: skipWithout(...needs), timeout: 600_000 }, () => {
  let folder: string;
  let buildah: Buildah;
  let lab: Lab;
  let root: string;
  let config: ImageConfig;
  const running: Container[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pingo-image-"));
    lab = Lab.create();
    buildah = new Buildah(folder);
    const base = makeBuildingImage(buildah);
    const argument = (name: string, value: string) => ["--build-arg", `${name}=${value}`];
    buildah.run(
      ...["build", "--isolation", "chroot", "--volume", `${homedir()}/.npm:/npm-cache`],
      ...[...argument("BASE", base), ...argument("REVISION", revision), ...argument("VERSION", "1.2.3")],
      ...["--tag", "pingo", repository],
    );
    root = buildah.mount("localhost/pingo");
    config = buildah.config("localhost/pingo");
  });

  after(() => {
    for (const container of running) container.remove();
    lab.end();
    buildah.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const network = `/run/netns/${lab.near.name}`;
    const container = new Container({ name: `${name}-${process.pid}`, folder, root, config, args, env, network });
    running.push(container);
    return container;
  };

  /** Asked from inside its network. */
  const get = (path: string) =>
    lab.near.run(
      process.execPath,
      "-e",
      `fetch("http://127.0.0.1:8080${path}").then((r) => r.text()).then(console.log, () => {})`,
    );

  test("says what it is, and runs as a user that is not root", () => {
    assert.equal(config.User, "65532:65532");
    assert.equal(config.StopSignal, "SIGTERM");
    assert.deepEqual(Object.keys(config.ExposedPorts), ["8080/tcp"]);
    assert.equal(config.Labels["org.opencontainers.image.revision"], revision);
    assert.equal(config.Labels["org.opencontainers.image.version"], "1.2.3");
    assert.equal(config.Labels["org.opencontainers.image.licenses"], "Apache-2.0");
  });

  test("has no shell, no package manager, nothing that is run as another user, and nothing for development", () => {
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const paths = files.map((file) => join(file.parentPath, file.name));
    const programs = paths.filter(
      (path) => (statSync(path).mode & 0o111) !== 0 && !/\.(so(\.[\d.]+)?|node|js|mjs|cjs)$/.test(path),
    );
    assert.deepEqual(
      programs.map((path) => path.slice(root.length)).filter((path) => !/\/ld-linux[^/]*$/.test(path)),
      ["/usr/bin/node"],
    );
    assert.deepEqual(
      paths.filter((path) => (statSync(path).mode & 0o6022) !== 0),
      [],
      "setuid, or writable by others",
    );
    const modules = readdirSync(join(root, "app/node_modules"));
    for (const name of ["typescript", "@biomejs", "playwright-core", "esbuild", "node"])
      assert.ok(!modules.includes(name), name);
    assert.deepEqual(
      paths.filter((path) => /\.(ts|map)$/.test(path)),
      [],
    );
  });

  test("is small", (t) => {
    const megabytes = (path: string) =>
      Number(execFileSync("du", ["-sk", join(root, path)], { encoding: "utf8" }).split("\t")[0]) / 1_024;
    const sizes = { all: "", node: "usr", libraries: "lib", pingo: "app/dist", modules: "app/node_modules" };
    const mb = Object.fromEntries(
      Object.entries(sizes).map(([name, path]) => [name, Math.round(megabytes(path) * 10) / 10]),
    );
    tell(t, Object.fromEntries(Object.entries(mb).map(([name, size]) => [`${name}_mb`, size])));
    assert.ok((mb.all ?? 0) < 150, `${mb.all} MB`);
  });

  test("--version and --help of who knows no cluster", async () => {
    const version = start("version", ["--version"]);
    assert.equal(await version.exit(), 0, version.stderr);
    assert.match(version.stdout, /^pingo \d+\.\d+\.\d+ .*0123456/);
  });

  test("probes every node by the kernel, with no capability and nothing it can write, and ends in a second", async (t) => {
    const kubeconfig = join(folder, "kubeconfig");
    const sandbox = lab.near.spawn(
      process.execPath,
      ...[join(repository, "bin/pingo.js"), "sandbox", "--nodes", String(nodes), "--write-kubeconfig", kubeconfig],
    );
    t.after(() => sandbox.kill());
    await eventually("the sandbox's kubeconfig", () => statSync(kubeconfig, { throwIfNoEntry: false }) !== undefined);
    const container = start("serve", ["--probe", "1s", "--log-format", "json"], variablesOf(kubeconfig));
    const scrape = () => {
      try {
        return get("/metrics");
      } catch {
        return "";
      }
    };
    let page = "";
    await eventually(
      () => `every node is up: ${container.stdout}${container.stderr}`,
      () => {
        page = scrape();
        return [...page.matchAll(/^pingo_up\{.*\} 1$/gm)].length === nodes;
      },
      30_000,
    );
    const infos = page.split("\n").filter((line) => /^pingo_(engine|build)_info/.test(line));
    assert.match(infos.join("\n"), /^pingo_engine_info\{engine="kernel"\} 1$/m);
    assert.match(infos.join("\n"), /^pingo_build_info\{.*revision="0123456789ab.*"\} 1$/m);
    const status = readFileSync(`/proc/${container.pid}/status`, "utf8");
    for (const field of ["CapPrm", "CapEff", "CapBnd", "CapAmb"])
      assert.match(status, new RegExp(`^${field}:\\s0+$`, "m"));
    assert.match(status, /^NoNewPrivs:\s1$/m);
    assert.match(status, /^Seccomp:\s2$/m);
    assert.match(status, /^Uid:\s65532\s65532\s65532\s65532$/m);
    assert.match(get("/"), /<title>PinGo<\/title>/);
    assert.match(get("/api/v1/overview"), /"nodes"|"zones"/);
    const { code, tookMs } = await container.stop();
    tell(t, { sigterm_ms: Math.round(tookMs), resident_kb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) });
    assert.equal(code, 0, container.stderr);
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
  });
});

/** The three variables that are all it needs. */
function variablesOf(kubeconfig: string): Record<string, string> {
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const { server, "certificate-authority-data": ca } = clusters[0].cluster;
  return { PINGO_API: server, PINGO_TOKEN: users[0].user.token, PINGO_CA: ca };
}
