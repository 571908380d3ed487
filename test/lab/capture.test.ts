import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { skipWithout } from "../support/need.ts";
import { Lab } from "./lab.ts";
import { type CapturedPacket, readCapture } from "./pcap.ts";
import type { ShakeOrder, ShakeSum } from "./shake.ts";

const shake = new URL("./shake.ts", import.meta.url);
const listener = new URL("./listener.ts", import.meta.url);
const port = 10_250;

describe("handshakes, as PinGo sees them and as a capture does", { skip: skipWithout("root", "ip", "tcpdump") }, () => {
  let lab: Lab;
  let folder: string;
  let listening: ReturnType<Lab["far"]["spawn"]>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pingo-lab-"));
    lab = Lab.create();
    listening = lab.far.spawn(process.execPath, listener.pathname, JSON.stringify({ ports: [port] }));
    await once(listening.stdout, "data");
  });
  after(async () => {
    listening.kill();
    await once(listening, "close");
    lab.end();
    rmSync(folder, { recursive: true });
  });

  /** Connections that the listener's program has seen. */
  async function accepted(): Promise<number> {
    listening.kill("SIGUSR2");
    const [said] = await once(listening.stdout, "data");
    return Number(said);
  }

  /** Makes handshakes while tcpdump looks on at the near end of the wire. */
  async function captured(order: Partial<ShakeOrder>): Promise<{ sum: ShakeSum; packets: CapturedPacket[] }> {
    const file = join(folder, "wire.pcap");
    const dump = lab.near.spawn(
      "tcpdump",
      "-i",
      "wire",
      "-s",
      "96",
      "-B",
      "65536",
      "--time-stamp-precision=nano",
      "-U",
      "--immediate-mode",
      "-w",
      file,
      "tcp",
    );
    let said = "";
    dump.stderr.on("data", (chunk) => {
      said += chunk;
    });
    await eventually("tcpdump listens", () => /listening on/.test(said));
    const whole = {
      host: lab.far.ip4,
      ports: [port],
      count: 2_000,
      atOnce: 1,
      timeoutMs: 5_000,
      handshake: "full" as const,
    };
    const [sum] = (await lab.near.runScript(shake, { ...whole, ...order })) as ShakeSum[];
    // The last packets are on their way to it.
    await new Promise((resolve) => setTimeout(resolve, 500));
    dump.kill("SIGINT");
    await once(dump, "close");
    assert.match(said, /\n0 packets dropped by kernel/);
    return { sum: sum as ShakeSum, packets: readCapture(file) };
  }

  for (const [what, blockMs] of [
    ["idle", undefined],
    ["while the main thread is blocked for 200 ms in every 400", 200],
  ] as const) {
    test(`RTT is true, ${what}: off by 15 us at the median and 60 us at p99 at most`, async (t) => {
      const { sum, packets } = await captured({ scheduled: true, ...(blockMs === undefined ? {} : { blockMs }) });
      const truths = roundTripsUs(packets).slice(0, 2_000);
      assert.equal(sum.rttsUs.length, 2_000);
      assert.ok(truths.length === 2_000 && truths.every(Number.isFinite), "a SYN without its SYN-ACK");
      const errors = truths
        .map((truth, index) => Math.abs((sum.rttsUs[index] as number) - truth))
        .sort((a, b) => a - b);
      const [median, p99] = [errors[1_000] as number, errors[1_980] as number];
      t.diagnostic(`error of the RTT: median ${median.toFixed(1)} us, p99 ${p99.toFixed(1)} us`);
      assert.ok(median <= 15 && p99 <= 60, `median ${median.toFixed(1)} us, p99 ${p99.toFixed(1)} us`);
    });
  }

  test("half open is SYN, SYN-ACK, RST and nothing else, and leaves no TIME_WAIT", async () => {
    const timeWait = () => lab.near.run("ss", "-tanH", "state", "time-wait", `dport = :${port}`).split("\n").length;
    const acceptedBefore = await accepted();
    const timeWaitBefore = timeWait();
    const { sum, packets } = await captured({ handshake: "half", count: 20_000, atOnce: 32 });
    assert.deepEqual(sum.results, { ok: 20_000 });
    const counts: Record<string, number> = {};
    for (const { flags } of packets) counts[flags] = (counts[flags] ?? 0) + 1;
    assert.deepEqual(counts, { SYN: 20_000, "SYN ACK": 20_000, "ACK RST": 20_000 });
    assert.ok(timeWait() <= timeWaitBefore);
    assert.equal(await accepted(), acceptedBefore);
  });
});

/** From each SYN to its SYN-ACK, in the order of the SYNs. */
function roundTripsUs(packets: readonly CapturedPacket[]): number[] {
  const trips: number[] = [];
  const waiting = new Map<number, { index: number; timeUs: number }>();
  for (const { flags, sourcePort, destinationPort, timeUs } of packets) {
    if (flags === "SYN") {
      waiting.set(sourcePort, { index: trips.length, timeUs });
      trips.push(Number.NaN);
    }
    const asked = flags === "SYN ACK" ? waiting.get(destinationPort) : undefined;
    if (asked !== undefined) trips[asked.index] = timeUs - asked.timeUs;
  }
  return trips;
}
