import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { after, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { skipWithout } from "../support/need.ts";
import { Lab } from "./lab.ts";

const doomed = new URL("./doomed.ts", import.meta.url);

const isThere = (host: string) => existsSync(`/run/netns/${host}`);
/** Of a process that has ended and that nobody has asked about yet, nothing but its number is left. */
const runs = (pid: number) => existsSync(`/proc/${pid}/exe`);

describe("the lab leaves nothing behind", { skip: skipWithout("root", "ip") }, () => {
  let lab: Lab | undefined;
  after(() => lab?.end());

  test("its end is the end of every program in it, and can come twice", async () => {
    lab = Lab.create();
    const programs = [lab.near, lab.far].map((host) => host.spawn("sh", "-c", "echo there; exec sleep 600"));
    await Promise.all(programs.map(({ stdout }) => once(stdout, "data")));
    const ended = programs.map((program) => once(program, "exit"));
    lab.end();
    lab.end();
    assert.deepEqual(
      (await Promise.all(ended)).map(([, signal]) => signal),
      ["SIGKILL", "SIGKILL"],
    );
    assert.ok(!isThere(lab.near.name) && !isThere(lab.far.name));
  });

  test("what a test that was killed has left is taken away by the next one, and a living one's is not", async () => {
    const [dead, living] = await Promise.all([startDoomed(), startDoomed()]);
    dead.child.kill("SIGKILL");
    await once(dead.child, "exit");
    assert.ok(dead.hosts.every(isThere) && runs(dead.pid), "it left nothing: this test tests nothing");
    lab = Lab.create();
    assert.ok(!dead.hosts.some(isThere));
    await eventually("the program it left has ended", () => !runs(dead.pid));
    assert.ok(living.hosts.every(isThere) && runs(living.pid));
    living.child.kill("SIGKILL");
    await once(living.child, "exit");
    lab.end();
    lab = Lab.create();
    assert.ok(!living.hosts.some(isThere));
  });
});

async function startDoomed() {
  const child = spawn(process.execPath, [doomed.pathname], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const { hosts, pid }: { hosts: string[]; pid: number } = JSON.parse(String(line));
  return { child, hosts, pid };
}
