import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { kubeconfigYaml } from "../../src/sandbox/kubeconfig.ts";
import { eventually } from "../support/eventually.ts";
import { skipWithout } from "../support/need.ts";
import { handshake } from "./handshake.ts";

let sandbox: Sandbox;
let home: string;
let admin: string;
let reader: string;

/** Everything kubectl writes, its discovery cache first of all, goes into a directory of the test's own. */
function run(args: string[], { as = admin, input = "" } = {}) {
  const child = spawn("kubectl", ["--kubeconfig", as, "--cache-dir", join(home, "cache"), ...args], {
    env: { ...process.env, HOME: home, KUBECONFIG: as },
  });
  child.stdin.on("error", () => {}).end(input);
  return child;
}

async function kubectl(args: string[], options: { as?: string; input?: string } = {}) {
  const child = run(args, options);
  const output = gather(child);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...output };
}

function gather(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => (output.stdout += chunk));
  child.stderr?.on("data", (chunk) => (output.stderr += chunk));
  return output;
}

/** For commands that must work and complain about nothing. */
async function succeeds(args: string[], options: { as?: string; input?: string } = {}): Promise<string> {
  const { code, stdout, stderr } = await kubectl(args, options);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, args.join(" "));
  return stdout;
}

async function fails(args: string[], expected: RegExp, options: { as?: string; input?: string } = {}): Promise<void> {
  const { code, stderr } = await kubectl(args, options);
  assert.equal(code, 1, args.join(" "));
  assert.match(stderr, expected);
}

function manifest(name: string, address: string, spec = "{}"): string {
  return `apiVersion: v1
kind: Node
metadata: {name: ${name}, labels: {made: "yes"}}
spec: ${spec}
status:
  addresses: [{type: InternalIP, address: ${address}}]
  daemonEndpoints: {kubeletEndpoint: {Port: 10250}}
`;
}

const row = (table: string, name: string) =>
  table
    .split("\n")
    .find((line) => line.startsWith(`${name} `))
    ?.split(/ {2,}/)
    .map((cell) => cell.trim());

const addressAt = (last: number) => {
  const [first] = sandbox.store.list();
  const address = first && sandbox.kubelets.get(first.metadata.name)?.endpoint.address;
  return address?.replace(/\.\d+\.\d+$/, `.201.${last}`) ?? "";
};

describe("kubectl", { skip: skipWithout("kubectl") }, () => {
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "pingo-kubectl-"));
    sandbox = await startSandbox({ nodes: 6 });
    admin = join(home, "admin.yaml");
    reader = join(home, "reader.yaml");
    writeFileSync(admin, sandbox.kubeconfig());
    const { apiUrl, caPem, readerToken: token } = sandbox;
    writeFileSync(reader, kubeconfigYaml({ apiUrl, caPem, token }));
    // Fills the discovery cache, so that commands after it run for tens of milliseconds.
    await kubectl(["get", "nodes"]);
  });

  after(async () => {
    await sandbox?.stop();
    if (home) rmSync(home, { recursive: true, force: true });
  });

  test("config: the context is called sandbox", async () => {
    assert.equal(await succeeds(["config", "current-context"]), "sandbox\n");
  });

  test("get nodes", async () => {
    const table = await succeeds(["get", "nodes"]);
    assert.match(table, /^NAME +STATUS +ROLES +AGE +VERSION\n/);
    assert.deepEqual(row(table, "a-ash")?.slice(0, 3), ["a-ash", "Ready", "<none>"]);
    assert.equal(table.trim().split("\n").length, 1 + sandbox.store.list().length);
  });

  test("get nodes -o wide, and with --chunk-size", async () => {
    const table = await succeeds(["get", "nodes", "-o", "wide", "--chunk-size=2"]);
    const address = sandbox.kubelets.get("b-ash")?.endpoint.address;
    assert.equal(row(table, "b-ash")?.[5], address);
    assert.equal(row(table, "b-ash")?.[7], "Debian GNU/Linux 13 (trixie)");
  });

  test("get node X -o yaml", async () => {
    const yaml = await succeeds(["get", "node", "a-ash", "-o", "yaml"]);
    assert.match(yaml, /^apiVersion: v1\nkind: Node\nmetadata:\n/);
    assert.match(yaml, /\n {4}topology\.kubernetes\.io\/zone: lo-west-1a\n/);
  });

  test("get node absent => NotFound", () =>
    fails(["get", "node", "absent"], /^Error from server \(NotFound\): nodes "absent" not found\n$/));

  test("get nodes -l", async () => {
    assert.equal(
      await succeeds(["get", "nodes", "-o", "name", "-l", "kubernetes.io/hostname in (a-ash)"]),
      "node/a-ash\n",
    );
  });

  test("get nodes --watch shows a change, a node that comes and one that goes", async () => {
    const child = run(["get", "nodes", "--watch", "--output-watch-events"]);
    const output = gather(child);
    try {
      const shows = (pattern: RegExp) =>
        eventually(`kubectl shows ${pattern}`, () => pattern.test(output.stdout), 30_000);
      await shows(/ADDED +c-birch /);
      await eventually("kubectl watches", () => sandbox.api.watchCount === 1, 30_000);
      sandbox.store.update("c-ash", (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }));
      await shows(/MODIFIED +c-ash +Ready,SchedulingDisabled/);
      const { name } = await sandbox.join();
      await shows(new RegExp(`ADDED +${name} `));
      await sandbox.leave(name ?? "");
      await shows(new RegExp(`DELETED +${name} `));
    } finally {
      child.kill();
      await once(child, "close");
    }
  });

  test("label, annotate, cordon, uncordon, taint, untaint", async () => {
    const node = () => sandbox.store.get("b-birch");
    await succeeds(["label", "node", "b-birch", "tier=gold"]);
    assert.equal(node()?.metadata.labels?.tier, "gold");
    await succeeds(["label", "node", "b-birch", "tier-"]);
    assert.equal(node()?.metadata.labels?.tier, undefined);
    await succeeds(["annotate", "node", "b-birch", "note=x"]);
    assert.equal(node()?.metadata.annotations?.note, "x");
    await succeeds(["cordon", "b-birch"]);
    assert.equal(node()?.spec.unschedulable, true);
    await succeeds(["uncordon", "b-birch"]);
    assert.notEqual(node()?.spec.unschedulable, true);
    await succeeds(["taint", "node", "b-birch", "a=b:NoSchedule"]);
    assert.deepEqual(node()?.spec.taints, [{ key: "a", value: "b", effect: "NoSchedule" }]);
    await succeeds(["taint", "node", "b-birch", "a-"]);
    assert.equal(node()?.spec.taints, undefined);
  });

  for (const type of ["merge", "strategic"]) {
    test(`patch --subresource=status --type=${type} moves the kubelet`, async () => {
      const address = addressAt(type === "merge" ? 1 : 2);
      const patch = JSON.stringify({ status: { addresses: [{ type: "InternalIP", address }] } });
      await succeeds(["patch", "node", "c-birch", "--subresource=status", `--type=${type}`, "-p", patch]);
      const table = await succeeds(["get", "node", "c-birch", "-o", "wide"]);
      assert.equal(row(table, "c-birch")?.[5], address);
      await eventually("the kubelet listens there", async () => (await handshake({ address, port: 10250 })) === "ok");
    });
  }

  test("patch without the subresource leaves the status alone", async () => {
    const before = sandbox.store.get("a-birch")?.status;
    const patch = '[{"op":"add","path":"/spec/unschedulable","value":true},{"op":"remove","path":"/status/addresses"}]';
    await succeeds(["patch", "node", "a-birch", "--type=json", "-p", patch]);
    assert.deepEqual(sandbox.store.get("a-birch")?.status, before);
    assert.equal(sandbox.store.get("a-birch")?.spec.unschedulable, true);
  });

  test("create -f, again => AlreadyExists, apply, replace, delete", async () => {
    const address = addressAt(3);
    const input = manifest("made", address);
    const create = ["create", "-f", "-"];
    assert.equal(await succeeds(create, { input }), "node/made created\n");
    await eventually("its kubelet listens", async () => (await handshake({ address, port: 10250 })) === "ok");
    await fails(create, /\(AlreadyExists\).*nodes "made" already exists/, { input });
    await succeeds(["replace", "-f", "-"], { input: manifest("made", address, "{unschedulable: true}") });
    assert.equal(sandbox.store.get("made")?.spec.unschedulable, true);
    assert.equal(await succeeds(["delete", "node", "made"]), 'node "made" deleted\n');
    assert.equal(sandbox.store.get("made"), undefined);
    assert.equal(await succeeds(["apply", "-f", "-"], { input }), "node/made created\n");
    await succeeds(["apply", "-f", "-"], { input: manifest("made", address, "{podCIDR: 10.0.0.0/24}") });
    assert.equal(sandbox.store.get("made")?.spec.podCIDR, "10.0.0.0/24");
    await succeeds(["delete", "-f", "-"], { input });
  });

  test("create -f with a field nobody knows is refused by validation", () =>
    fails(["create", "-f", "-"], /unknown field "spec\.bogus"/, {
      input: manifest("odd", addressAt(4), "{bogus: 1}"),
    }));

  test("create namespace and serviceaccount, apply -n, delete: with the namespace goes what is in it", async () => {
    assert.equal(await succeeds(["create", "namespace", "x"]), "namespace/x created\n");
    await fails(["create", "namespace", "x"], /AlreadyExists/);
    const table = await succeeds(["get", "ns"]);
    assert.match(table, /^NAME +STATUS +AGE\n/);
    for (const name of ["default", "kube-system", "x"])
      assert.deepEqual(row(table, name)?.slice(0, 2), [name, "Active"]);
    assert.match(
      await succeeds(["get", "ns", "x", "--show-labels"]),
      /\nx +Active .* kubernetes\.io\/metadata\.name=x\n$/,
    );
    assert.match(
      await succeeds(["describe", "ns", "x"]),
      /^Labels: +kubernetes\.io\/metadata\.name=x\n(.*\n)*Status: +Active\n/m,
    );
    assert.equal(await succeeds(["create", "serviceaccount", "s", "-n", "x"]), "serviceaccount/s created\n");
    const input = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n";
    assert.equal(await succeeds(["apply", "-n", "x", "-f", "-"], { input }), "configmap/c created\n");
    assert.equal(await succeeds(["get", "configmaps,sa", "-n", "x", "-o", "name"]), "configmap/c\nserviceaccount/s\n");
    await fails(["apply", "-n", "nowhere", "-f", "-"], /namespaces "nowhere" not found/, { input });
    assert.match(await succeeds(["delete", "ns", "x"]), /^namespace "x" deleted\n$/);
    assert.equal(await succeeds(["get", "configmaps", "-A", "-o", "name"]), "");
    await fails(["get", "ns", "--watch-only"], /the sandbox watches nodes, and nothing else/);
    await fails(["delete", "ns", "default"], /this namespace may not be deleted/);
  });

  test("a token that may only read => Forbidden", async () => {
    await succeeds(["get", "nodes"], { as: reader });
    const expected =
      /\(Forbidden\): nodes "a-ash" is forbidden: User "pingo" cannot delete resource "nodes" in API group "" at the cluster scope/;
    await fails(["delete", "node", "a-ash"], expected, { as: reader });
    await fails(["get", "pods"], /./, { as: reader });
  });
});
