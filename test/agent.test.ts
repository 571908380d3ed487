import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Agent } from "../src/agent.ts";
import type { Config } from "../src/config/config.ts";
import { readConfig } from "../src/config/read-config.ts";
import type { TcpAddress } from "../src/http/listen-address.ts";
import { createLog } from "../src/log.ts";
import type { OpenCluster } from "../src/targets/kubernetes/open-cluster.ts";
import { eventually } from "./support/eventually.ts";
import { FakeClock } from "./support/fake-clock.ts";
import { openAccess } from "./support/open-access.ts";
import { answer, isWatch, nodeList, nodeObject, ScriptedApi, watchEvent, watchHead } from "./support/scripted-api.ts";

function configOf(...flags: string[]): Config {
  const argv = ["--listen", "127.0.0.1:0", "--engine", "portable", ...flags];
  const read = readConfig(argv, { env: {}, readFile: () => "" });
  return read.want === "run" ? read.config : assert.fail(JSON.stringify(read));
}

/** A node with an address of each family. */
function dual(name: string, version: string): ReturnType<typeof nodeObject> {
  const node = nodeObject(name, "192.0.2.1", { version });
  node.status.addresses.push({ type: "InternalIP", address: "2001:db8::1" });
  return node;
}

describe("the whole agent, on a clock that stands still", () => {
  let api: ScriptedApi;
  let watch: Socket | undefined;
  let clock: FakeClock;
  let agent: Agent;
  let logged: string;

  beforeEach(() => {
    watch = undefined;
    api = new ScriptedApi((request, socket) => {
      socket.write(isWatch(request) ? watchHead : answer("200 OK", nodeList([dual("a", "100")])));
      if (isWatch(request)) watch = socket;
    });
    clock = new FakeClock();
    logged = "";
  });
  afterEach(async () => {
    await agent.stop();
    await api.stop();
    assert.equal(clock.pendingTimers, 0, "a timer is left");
  });

  async function start(config: Config, ...others: OpenCluster[]): Promise<number> {
    const write = (line: string) => {
      logged += line;
    };
    const log = createLog({ format: "text", level: "info", write, unixMs: () => clock.unixMs(), secrets: () => [] });
    const url = await api.start();
    const sound = { cluster: "sound", apiName: url.href, access: openAccess({ url, clock }) };
    agent = new Agent(config, [...others, sound], { log, clock, random: () => 0.5 });
    const [address] = await agent.start();
    return (address as TcpAddress).port;
  }
  const says = (pattern: RegExp) =>
    eventually(
      () => `it says ${pattern}\n${logged}`,
      () => pattern.test(logged),
    );

  test("tells of a target that goes while its node keeps others, and not of one that another comes for", async () => {
    await start(configOf("--ip-family", "both"));
    await eventually("a watch", () => watch !== undefined);
    await says(/probing 1 node,/);
    watch?.write(watchEvent("MODIFIED", nodeObject("a", "192.0.2.1", { version: "101" })));
    await says(/INFO {2}a no longer has this target: its probe ends target=\[2001:db8::1\]:10250/);
    watch?.write(watchEvent("MODIFIED", nodeObject("a", "192.0.2.2", { version: "102" })));
    await says(/INFO {2}a moved from 192\.0\.2\.1:10250/);
    assert.equal(logged.match(/no longer has/g)?.length, 1);
  });

  test("a source that fails is named, begins anew, and takes no other along", async () => {
    let failures = 0;
    const url = new URL("http://192.0.2.1");
    const access = openAccess({ url, clock });
    access.credentials = () => {
      failures++;
      throw new Error("a flaw of ours");
    };
    const port = await start(configOf(), { cluster: "flawed", apiName: url.href, access });
    await says(/probing 1 node,.* cluster=sound/);
    assert.match(logged, /ERROR the source flawed failed and begins anew in 10 s: Error: a flaw of ours/);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    assert.deepEqual([ready.status, await ready.text()], [200, "ok; targets not known yet: flawed\n"]);
    await clock.advance(10_000);
    await eventually("it begins anew", () => failures === 2);
  });
});
