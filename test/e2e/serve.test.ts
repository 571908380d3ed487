import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { tell } from "../support/figures.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";

/** What a change in the cluster may take to reach the page. */
const followMs = 2_000;

const legacy = ["pingo_reply", "pingo_lost", "pingo_time"] as const;

function targetsOf(page: MetricsPage, family: string): Map<string, string> {
  const pairs = [...page.select(family).keys()].map((series) => /name="([^"]*)",target="([^"]*)"/.exec(series));
  return new Map(pairs.map((match) => [match?.[1] ?? "", match?.[2] ?? ""]));
}

for (const engine of ["kernel", "portable"])
  describe(`pingo with the first PinGo's environment, ${engine} engine`, {
    skip: engine === "kernel" && process.platform !== "linux" ? "needs Linux" : false,
  }, () => {
    let sandbox: Sandbox;
    let pingo: Pingo;
    let port: number;

    before(async () => {
      sandbox = await startSandbox({ nodes: 6 });
      pingo = new Pingo([], {
        ...sandbox.environment(),
        PINGO_PROBE: "200ms",
        PINGO_ENGINE: engine,
        PINGO_SCAN: "1",
        PINGO_LISTEN: "127.0.0.1:0",
      });
      port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    });

    after(async () => {
      pingo.process.kill("SIGKILL");
      await sandbox.stop();
    });

    const page = () => MetricsPage.fetch(port);
    /** Waits until the three old families show just these nodes; fails after the time a change may take. */
    async function shows(what: string, holds: (targets: Map<string, string>) => boolean): Promise<void> {
      await eventually(
        what,
        async () => {
          const now = await page();
          return legacy.every((family) => holds(targetsOf(now, family)));
        },
        followMs,
      );
    }

    test("has a line in the old families for every node and for the API", async () => {
      await eventually("every node has replied", async () => {
        const seen = await page();
        // A reply that is seen only after its deadline, where this machine was held up, counts without a time.
        return ["pingo_reply", "pingo_time"].every((family) => {
          const values = [...seen.select(family).values()];
          return values.length === 7 && values.every((value) => value > 0);
        });
      });
      const now = await page();
      for (const family of legacy) {
        const targets = targetsOf(now, family);
        assert.deepEqual([...targets.keys()].sort(), ["API", ...sandbox.nodeNames()].sort());
        assert.equal(targets.get("API"), sandbox.apiUrl);
      }
      assert.equal(
        [...now.select("pingo_lost").values()].reduce((sum, count) => sum + count, 0),
        0,
      );
    });

    test("tells in the new families what it told in the old ones", async () => {
      const now = await page();
      const name = sandbox.nodeNames()[0] ?? "";
      assert.equal(now.value("pingo_up", { node: name }), 1);
      assert.equal(now.value("pingo_node_ready", { node: name }), 1);
      assert.equal(now.value("pingo_targets", { state: "probed" }), 6);
      assert.equal(now.value("pingo_api_up"), 1);
      assert.equal(now.value("pingo_engine_info"), 1);
      const kernel = now.value("pingo_engine_info", { engine: "kernel" }) === 1;
      assert.equal(now.select("pingo_target_info", { address_type: "InternalIP" }).size, 6);
      const seconds = now.value("pingo_connect_seconds_sum", { node: name }) ?? 0;
      assert.ok(Math.abs(seconds * 1_000 - (now.value("pingo_time", { name }) ?? 0)) < 1e-6);
      assert.equal(now.value("pingo_probes_total", { node: name, result: "ok" }), now.value("pingo_reply", { name }));
      // Both leave out what they cannot see; on loopback nothing is lost, so that each handshake is one SYN.
      assert.equal(now.select("pingo_syn_sent_total").size, kernel ? 6 : 0);
      if (!kernel) return;
      const replies = now.value("pingo_reply", { name });
      assert.equal(now.value("pingo_syn_sent_total", { node: name }), replies);
      assert.equal(now.value("pingo_syn_retransmits_total", { node: name }), 0);
      assert.equal(now.value("pingo_handshake_rtt_seconds_count", { node: name }), replies);
      const rttSeconds = now.value("pingo_handshake_rtt_seconds_sum", { node: name }) ?? 0;
      assert.ok(rttSeconds > 0 && rttSeconds < seconds, "the kernel's round trip is shorter than what user space sees");
    });

    test("satisfies Prometheus' own linter", { skip: skipWithout("promtool") }, async () => {
      const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
        input: (await page()).text,
        encoding: "utf8",
      });
      assert.deepEqual([status, stdout, stderr], [0, "", ""]);
    });

    test("follows a node that is deleted, one that joins and one that moves, within two seconds", async () => {
      const [gone = "", moving = ""] = sandbox.nodeNames();
      await sandbox.leave(gone);
      await shows(`${gone} is gone`, (targets) => !targets.has(gone));
      const joined = (await sandbox.join()).name ?? "";
      await shows(`${joined} is there`, (targets) => targets.has(joined));
      const before = targetsOf(await page(), "pingo_reply").get(moving);
      await sandbox.changeAddress(moving);
      await shows(`${moving} has moved`, (targets) => targets.has(moving) && targets.get(moving) !== before);
      assert.equal(
        (await page()).select("pingo_probes_total", { target: before ?? "" }).size,
        0,
        "a series of the old address",
      );
    });

    test("tells a stopped kubelet from a dark node, and blames neither the rest", async () => {
      const [stopped = "", dark = "", fine = ""] = sandbox.nodeNames();
      await sandbox.stopKubelet(stopped);
      await sandbox.goDark(dark);
      const count = async (node: string, result: string) =>
        (await page()).value("pingo_probes_total", { node, result }) ?? 0;
      await eventually("refused", async () => (await count(stopped, "refused")) >= 2);
      await eventually("timeout", async () => (await count(dark, "timeout")) >= 2);
      assert.equal((await page()).value("pingo_up", { node: dark }), 0);
      assert.equal(await count(fine, "refused"), 0);
      await sandbox.returnNode(stopped);
      await sandbox.returnNode(dark);
      await eventually("both are up", async () => {
        const now = await page();
        return now.value("pingo_up", { node: stopped }) === 1 && now.value("pingo_up", { node: dark }) === 1;
      });
      assert.match(pingo.stderr, new RegExp(`${stopped} refused the connection`));
      assert.match(pingo.stderr, new RegExp(`${dark} gave no answer`));
    });

    test("an API that goes down and comes back changes no target, and no counter goes back", async () => {
      const before = await page();
      await sandbox.apiDown();
      await eventually("the API is lost", async () => (await page()).value("pingo_api_up") === 0);
      await eventually(
        "several tries were lost",
        async () => ((await page()).value("pingo_lost", { name: "API" }) ?? 0) >= 3,
      );
      const during = await page();
      await sandbox.apiUp();
      await eventually("the API is back", async () => (await page()).value("pingo_api_up") === 1, 60_000);
      const later = await page();
      for (const [first, second] of [
        [before, during],
        [during, later],
      ] as const) {
        assert.deepEqual([...targetsOf(second, "pingo_reply")].sort(), [...targetsOf(first, "pingo_reply")].sort());
        for (const [series, value] of first.select("pingo_probes_total")) {
          assert.ok((second.all().get(series) ?? -1) >= value, `${series} went back`);
        }
      }
      const lines = later.text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.replace(/ \S+$/, ""));
      assert.equal(new Set(lines).size, lines.length, "a series stands twice");
    });

    test("a process that is stopped for five seconds blames no node, and says once what happened", async (t) => {
      const lost = (of: MetricsPage) => [...of.select("pingo_lost")].filter(([series]) => !series.includes('"API"'));
      const skips = (of: MetricsPage) => of.value("pingo_probes_skipped_total", { reason: "late" }) ?? 0;
      // A busy machine may hold it up at other times as well, for less.
      const told = () =>
        [...pingo.stderr.matchAll(/this program was held up: (\d+) handshakes? could not be made in time/g)]
          .map(([, count]) => Number(count))
          .filter((count) => count >= 6 * 24).length;
      await eventually("every node is up", async () => {
        const up = [...(await page()).select("pingo_up").values()];
        return up.length === 6 && up.every((value) => value === 1);
      });
      const [before, toldBefore] = [await page(), told()];
      pingo.process.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      pingo.process.kill("SIGCONT");
      await eventually(
        () => `it says that it was held up: ${pingo.stderr}`,
        () => told() > toldBefore,
      );
      const replies = (of: MetricsPage) => [...of.select("pingo_probes_total", { result: "ok" }).values()];
      const counts = replies(await page());
      await eventually("every node is probed again", async () =>
        replies(await page()).every((count, index) => count > (counts[index] ?? 0)),
      );
      const after = await page();
      assert.deepEqual(lost(after), lost(before));
      assert.deepEqual([...after.select("pingo_up").values()], Array(6).fill(1));
      // 25 rounds of each of six nodes, of which the last may still be in time; a busy machine may add some at either end.
      const missed = skips(after) - skips(before);
      tell(t, { engine, stopped_s: 5, rounds_skipped: missed, lines_logged: told() - toldBefore });
      assert.ok(missed >= 6 * 24 && missed <= 6 * 30, `${missed} rounds`);
      // What was under way when the process stopped gives no time that holds those seconds.
      for (const [series, seconds] of after.select("pingo_connect_seconds_sum")) {
        assert.ok(seconds - (before.all().get(series) ?? 0) < 1, `${series}: ${seconds} s`);
      }
      assert.equal(told() - toldBefore, 1);
    });

    test("/healthz and /readyz answer 200", async () => {
      for (const path of ["/healthz", "/readyz"])
        assert.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 200);
    });

    test("the token is in no output and on no page", async () => {
      assert.ok(!(await page()).text.includes(sandbox.readerToken));
      assert.ok(!`${pingo.stdout}${pingo.stderr}`.includes(sandbox.readerToken));
    });

    test("SIGTERM ends it in under a second, with code 0", async () => {
      const { code, tookMs } = await pingo.stop("SIGTERM");
      assert.equal(code, 0);
      assert.ok(tookMs < 1_000, `${tookMs} ms`);
      assert.match(pingo.stderr, /stopping: SIGTERM/);
    });
  });

describe("pingo at work", () => {
  test("polls where the token may list but not watch", async () => {
    const sandbox = await startSandbox({ nodes: 2 });
    const env = {
      ...sandbox.environment(),
      PINGO_TOKEN: sandbox.listerToken,
      PINGO_SCAN: "1",
      PINGO_PROBE: "200ms",
      PINGO_LISTEN: "127.0.0.1:0",
    };
    const pingo = new Pingo(["serve"], env);
    const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    await pingo.says(/nodes cannot be watched/);
    const joined = (await sandbox.join()).name ?? "";
    await eventually(
      `${joined} is listed`,
      async () => (await MetricsPage.fetch(port)).select("pingo_reply", { name: joined }).size === 1,
    );
    const page = await MetricsPage.fetch(port);
    assert.deepEqual([page.value("pingo_api_up"), page.value("pingo_lost", { name: "API" })], [1, 0]);
    assert.equal((await pingo.stop("SIGINT")).code, 0);
    assert.equal(pingo.stderr.match(/nodes cannot be watched/g)?.length, 1);
    await sandbox.stop();
  });

  test("says that it is not ready, and why, while no API answers; and ends at once all the same", async () => {
    const sandbox = await startSandbox({ nodes: 1 });
    const env = { ...sandbox.environment(), PINGO_LISTEN: "127.0.0.1:0" };
    await sandbox.stop();
    const pingo = new Pingo([], env);
    const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    await pingo.says(/connection refused/);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    assert.deepEqual(
      [ready.status, await ready.text()],
      [503, `not ready: targets not known yet: ${new URL(sandbox.apiUrl).host}\n`],
    );
    const { code, tookMs } = await pingo.stop();
    assert.equal(code, 0);
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
  });

  test("refuses an API with another CA and says which setting to look at", async () => {
    const [sandbox, other] = await Promise.all([startSandbox({ nodes: 1 }), startSandbox({ nodes: 1 })]);
    const env = { ...sandbox.environment(), PINGO_CA: other.environment().PINGO_CA ?? "", PINGO_LISTEN: "127.0.0.1:0" };
    const pingo = new Pingo([], env);
    await pingo.says(/is not signed by the given CA .*check that of --api or PINGO_API/);
    await pingo.stop();
    await Promise.all([sandbox.stop(), other.stop()]);
  });

  test("a port that is taken is told of, with code 2", async () => {
    const sandbox = await startSandbox({ nodes: 1 });
    const taken = new URL(sandbox.apiUrl).port;
    const { code, stderr } = await Pingo.run(["--listen", `127.0.0.1:${taken}`], sandbox.environment());
    assert.equal(code, 2);
    assert.match(
      stderr,
      /cannot listen on 127\.0\.0\.1:\d+: another program listens there, or this one already does; choose another with --listen or PINGO_LISTEN/,
    );
    await sandbox.stop();
  });

  test("makes one handshake a second to each of 200 nodes", async () => {
    const sandbox = await startSandbox({ nodes: 200 });
    const pingo = new Pingo(["--probe", "1s", "--listen", "127.0.0.1:0"], sandbox.environment());
    const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    const counts = async () => (await MetricsPage.fetch(port)).select("pingo_probes_total", { result: "ok" });
    await eventually("all nodes have replied", async () => {
      const now = await counts();
      return now.size === 200 && [...now.values()].every((count) => count >= 1);
    });
    const [startMs, start] = [performance.now(), await counts()];
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const [endMs, end] = [performance.now(), await counts()];
    const expected = Math.floor((endMs - startMs) / 1_000);
    for (const [series, count] of end) {
      const made = count - (start.get(series) ?? 0);
      // A window of 5 and a bit seconds holds 5 or 6 rounds of each, and one more may be on its way at either end.
      assert.ok(made >= expected - 1 && made <= expected + 2, `${series}: ${made} in ${endMs - startMs} ms`);
    }
    await pingo.stop();
    await sandbox.stop();
  });
});
