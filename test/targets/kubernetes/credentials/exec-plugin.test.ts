import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Certificates, makeCertificates } from "../../../../src/sandbox/certificates.ts";
import { ExecPlugin } from "../../../../src/targets/kubernetes/credentials/exec-plugin.ts";
import type { ExecSpec } from "../../../../src/targets/kubernetes/credentials/exec-spec.ts";
import { eventually } from "../../../support/eventually.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

const v1 = "client.authentication.k8s.io/v1";

let folder: string;
let pems: Certificates;
let clock: FakeClock;
let plugin: ExecPlugin | undefined;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "pingo-plugin-"));
  pems = await makeCertificates(Date.now());
});

after(() => {
  plugin?.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  plugin?.close();
  clock = new FakeClock();
  for (const name of ["runs", "pid", "answer", "wait"]) rmSync(join(folder, name), { force: true });
});

/** A shell script as the plugin. Each run leaves a line in `runs`. */
function scripted(script: string, parts: Partial<ExecSpec> = {}, env: Record<string, string> = {}): ExecPlugin {
  const command = join(folder, "plugin");
  writeFileSync(command, `#!/bin/sh\ncd '${folder}'\necho run >> runs\n${script}\n`);
  chmodSync(command, 0o755);
  return made({ command, ...parts }, env);
}

function made(parts: Partial<ExecSpec>, env: Record<string, string> = {}): ExecPlugin {
  const spec: ExecSpec = {
    apiVersion: v1,
    command: "",
    args: [],
    env: new Map(),
    provideClusterInfo: false,
    installHint: "",
    cluster: { server: "https://192.0.2.1:6443", config: null },
    ...parts,
  };
  const path = { PATH: process.env.PATH ?? "" };
  plugin = new ExecPlugin({ spec, clock, env: { ...path, ...env }, caPem: () => pems.caPem });
  return plugin;
}

/** What the next run writes; `inS` is when that expires, from now. */
function answer(status: Record<string, unknown>, inS?: number): void {
  const expirationTimestamp = inS === undefined ? {} : { expirationTimestamp: inSeconds(inS) };
  const object = { kind: "ExecCredential", apiVersion: v1, status: { ...status, ...expirationTimestamp } };
  writeFileSync(join(folder, "answer"), JSON.stringify(object));
}

function inSeconds(seconds: number): string {
  return new Date(clock.unixMs() + seconds * 1_000).toISOString();
}

const says = "cat answer";

function runs(): number {
  return existsSync(join(folder, "runs")) ? readFileSync(join(folder, "runs"), "utf8").split("\n").length - 1 : 0;
}

async function token(of: ExecPlugin): Promise<string | undefined> {
  const result = await of.credential();
  assert.ok("credential" in result, JSON.stringify(result));
  return result.credential.token;
}

async function problem(of: ExecPlugin): Promise<string> {
  const result = await of.credential();
  assert.ok("problem" in result, JSON.stringify(result));
  return result.problem;
}

describe("what a plugin gives", () => {
  test("is kept for good where it does not expire", async () => {
    answer({ token: "first" });
    const exec = scripted(says);
    assert.equal(await token(exec), "first");
    await clock.jump(365 * 24 * 3600 * 1_000);
    assert.equal(await token(exec), "first");
    assert.equal(runs(), 1);
    assert.equal(clock.pendingTimers, 0);
  });

  test("is replaced half a minute before it expires", async () => {
    answer({ token: "first" }, 900);
    const exec = scripted(says);
    await token(exec);
    answer({ token: "second" }, 1_800);
    await clock.jump(869_000);
    assert.equal(await token(exec), "first");
    await clock.jump(1_500);
    assert.equal(await token(exec), "second");
    assert.deepEqual([runs(), exec.secrets()], [2, ["second", "first"]]);
  });

  test("is replaced in the last tenth of a short life", async () => {
    answer({ token: "first" }, 60);
    const exec = scripted(says);
    await token(exec);
    await clock.jump(53_000);
    await token(exec);
    assert.equal(runs(), 1);
    await clock.jump(1_500);
    await token(exec);
    assert.equal(runs(), 2);
  });

  test("serves on until it expires where it cannot be replaced", async () => {
    answer({ token: "first" }, 900);
    const exec = scripted(says);
    await token(exec);
    writeFileSync(join(folder, "answer"), "garbage");
    await clock.jump(880_000);
    assert.equal(await token(exec), "first");
    await clock.jump(21_000);
    assert.match(await problem(exec), /the credential plugin plugin wrote no ExecCredential in JSON \(7 characters\)/);
    assert.equal(runs(), 3);
  });

  test("that has expired already is asked for again, but not at every request", async () => {
    answer({ token: "first" }, -10);
    const exec = scripted(says);
    for (let times = 0; times < 5; times++) assert.equal(await token(exec), "first");
    assert.equal(runs(), 1);
    await clock.jump(5_000);
    await token(exec);
    assert.equal(runs(), 2);
  });

  test("is given to all who asked meanwhile, by one run", async () => {
    answer({ token: "first" });
    const exec = scripted(`until [ -e wait ]; do sleep 0.01; done; ${says}`);
    const waiting = Array.from({ length: 20 }, () => token(exec));
    await eventually("it runs", () => runs() === 1);
    writeFileSync(join(folder, "wait"), "");
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set(["first"]));
    assert.equal(runs(), 1);
  });

  test("may be a client certificate", async () => {
    answer({ clientCertificateData: pems.certificatePem, clientKeyData: pems.keyPem });
    const result = await scripted(says).credential();
    assert.deepEqual("credential" in result && result.credential, {
      token: undefined,
      pair: { cert: pems.certificatePem, key: pems.keyPem },
      expiresAtUnixMs: undefined,
    });
  });
});

describe("a 401", () => {
  test("runs the plugin again", async () => {
    answer({ token: "first" }, 900);
    const exec = scripted(says);
    const first = await exec.credential();
    assert.ok("credential" in first);
    await clock.jump(60_000);
    answer({ token: "second" }, 900);
    assert.equal(exec.refused(first.credential), true);
    assert.equal(await token(exec), "second");
    assert.equal(runs(), 2);
    // The answer to a request that was sent before says nothing about the new one.
    assert.equal(exec.refused(first.credential), true);
    assert.equal(await token(exec), "second");
    assert.equal(runs(), 2);
  });

  test("on and on runs it every 5 s and no more often", async () => {
    answer({ token: "wrong" });
    const exec = scripted(says);
    const tries: boolean[] = [];
    for (let second = 0; second < 20; second++) {
      const result = await exec.credential();
      assert.ok("credential" in result);
      tries.push(exec.refused(result.credential));
      await clock.jump(1_000);
    }
    assert.equal(runs(), 4);
    // The runs that followed were made by the next request, with nothing to be gained from trying this one again.
    assert.equal(tries[0], false);
  });
});

describe("a plugin that fails", () => {
  for (const [what, script, expected] of [
    [
      "ends with a code",
      "echo 'first line' >&2; echo 'not logged in' >&2; echo >&2; exit 3",
      /ended with exit code 3: not logged in$/,
    ],
    ["says nothing", "exit 1", /ended with exit code 1$/],
    ["is killed", "kill -TERM $$", /was ended by SIGTERM$/],
    [
      "writes garbage",
      "echo 'hello, I am no JSON s3cr3t'",
      /wrote no ExecCredential in JSON \(27 characters\); run it by hand/,
    ],
    ["writes nothing", "true", /wrote no ExecCredential in JSON \(0 characters\)/],
    ["writes a list", "echo '[]'", /wrote no ExecCredential in JSON/],
    ["writes another kind", `echo '{"kind":"Status","apiVersion":"${v1}"}'`, /whose kind is not ExecCredential$/],
    [
      "writes another version",
      `echo '{"kind":"ExecCredential","apiVersion":"${v1}beta1","status":{"token":"s3cr3t"}}'`,
      /does not answer in client.authentication.k8s.io\/v1,/,
    ],
    ["writes no status", credential(undefined), /without a status$/],
    ["writes an empty status", credential({}), /neither a token nor a client certificate$/],
    ["writes a number for a token", credential({ token: 1 }), /a field of a wrong type$/],
    ["writes a token of two lines", credential({ token: "s3cr3t\nb" }), /wrote a token that has a line end in it/],
    ["writes a key alone", credential({ clientKeyData: "s3cr3t" }), /only one of client certificate and key$/],
    [
      "writes a pair that is none",
      credential({ clientKeyData: "s3cr3t", clientCertificateData: "s3cr3t" }),
      /the certificate is none that can be read/,
    ],
    [
      "writes a time that is none",
      credential({ token: "s3cr3t", expirationTimestamp: "tomorrow" }),
      /no time of RFC 3339$/,
    ],
    ["writes without end", "yes s3cr3t", /wrote more than 1024 KiB and was ended$/],
    [
      "complains without end",
      "yes s3cr3t | head -c 3000000 >&2; echo >&2; echo enough >&2; exit 1",
      /exit code 1: enough$/,
    ],
  ] as const) {
    test(what, async () => {
      const exec = scripted(script);
      const told = await problem(exec);
      assert.match(told, expected);
      assert.match(told, /^the credential plugin plugin /);
      assert.ok(!told.includes("s3cr3t"), told);
      assert.equal(clock.pendingTimers, 0);
    });
  }

  test("is not run for every request, and its problem is told meanwhile", async () => {
    const exec = scripted("echo no >&2; exit 1");
    for (let times = 0; times < 10; times++) assert.match(await problem(exec), /exit code 1: no$/);
    assert.equal(runs(), 1);
    await clock.jump(5_000);
    await problem(exec);
    assert.equal(runs(), 2);
  });

  test("hides secrets in what it says", async () => {
    const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    const env = new Map([["AWS_SECRET_ACCESS_KEY", "s3cr3t/key"]]);
    const exec = scripted(`echo "bad $AWS_SECRET_ACCESS_KEY and ${jwt} and ${"A1b2".repeat(12)}" >&2; exit 1`, { env });
    assert.match(await problem(exec), /: bad \[redacted\] and \[redacted\] and \[redacted\]$/);
    const said = scripted(
      'echo "password=hunter2 token: SHj0-BcG for api.example.com:6443 SHj0jFbvifgt5BcGeaII" >&2; exit 1',
    );
    const hidden = /: password=\[redacted\] token: \[redacted\] for api\.example\.com:6443 \[redacted\]$/;
    assert.match(await problem(said), hidden);
  });

  test("is ended after 30 s, with all that it started", async () => {
    const exec = scripted("echo waiting for you >&2\nsleep 600 &\necho $! > pid\nwait");
    const told = problem(exec);
    await eventually(
      "it waits",
      () => existsSync(join(folder, "pid")) && readFileSync(join(folder, "pid"), "utf8") !== "",
    );
    await clock.advance(29_999);
    assert.equal(clock.pendingTimers, 1);
    await clock.advance(1);
    assert.match(await told, /was not done after 30 s and was ended: waiting for you$/);
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await eventually("its child is gone", () => !isAlive(pid));
  });

  test("is ended where PinGo ends", async () => {
    const exec = scripted("echo $$ > pid; exec sleep 600");
    const told = problem(exec);
    await eventually(
      "it runs",
      () => existsSync(join(folder, "pid")) && readFileSync(join(folder, "pid"), "utf8") !== "",
    );
    exec.close();
    exec.close();
    assert.match(await told, /was ended because PinGo stops$/);
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await eventually("it is gone", () => !isAlive(pid));
    assert.equal(clock.pendingTimers, 0);
  });

  test("because it is not there, with the hint of those who want it used", async () => {
    const hint = "get it at\nhttps://plugin.example\u001b[1m";
    const exec = made({ command: "pingo-no-such-plugin", installHint: hint });
    assert.match(
      await problem(exec),
      /pingo-no-such-plugin is not there: .*; get it at https:\/\/plugin.example \[1m$/,
    );
    assert.match(await problem(made({ command: join(folder, "gone") })), /; is it installed, and in PATH\?$/);
  });

  test("because it may not be run", async () => {
    writeFileSync(join(folder, "data"), "x", { mode: 0o644 });
    assert.match(await problem(made({ command: join(folder, "data") })), /cannot be started \(EACCES\)$/);
    const args = Array.from({ length: 40 }, () => "x".repeat(100_000));
    assert.match(await problem(scripted(says, { args })), /cannot be started \(E2BIG\)$/);
  });
});

describe("a plugin is told", () => {
  const tells = (what: string) =>
    `printf '%s' '{"kind":"ExecCredential","apiVersion":"${v1}","status":{"token":"'; printf '%s' ${what} | base64 -w0; echo '"}}'`;

  async function told(exec: ExecPlugin): Promise<string> {
    return Buffer.from((await token(exec)) ?? "", "base64").toString();
  }

  test("its arguments, the environment and what is added to that", async () => {
    const parts = {
      args: ["a b", "$HOME"],
      env: new Map([
        ["ADDED", "new"],
        ["OVER", "new"],
      ]),
    };
    const exec = scripted(tells('"$1-$2-$ADDED-$OVER-$KEPT"'), parts, { OVER: "old", KEPT: "old" });
    assert.equal(await told(exec), "a b-$HOME-new-new-old");
  });

  test("that nobody is there to be asked, and has nothing to read", async () => {
    const exec = scripted(tells('"$KUBERNETES_EXEC_INFO$(wc -c)"'));
    const info = { kind: "ExecCredential", apiVersion: v1, spec: { interactive: false } };
    assert.equal(await told(exec), `${JSON.stringify(info)}0`);
  });

  test("its cluster, where it wants to know", async () => {
    const cluster = { server: "https://a", "proxy-url": "http://p", config: { audience: "x" } };
    const info = JSON.parse(
      await told(scripted(tells('"$KUBERNETES_EXEC_INFO"'), { provideClusterInfo: true, cluster })),
    );
    assert.deepEqual(info.spec, {
      cluster: { ...cluster, "certificate-authority-data": Buffer.from(pems.caPem).toString("base64") },
      interactive: false,
    });
  });
});

function credential(status: unknown): string {
  return `echo '${JSON.stringify({ kind: "ExecCredential", apiVersion: v1, status }).replaceAll("\\", "\\\\")}'`;
}

function isAlive(pid: number): boolean {
  try {
    // A zombie whose parent is init answers for a moment, too.
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
