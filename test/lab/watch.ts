// `node watch.ts HOST PORT`: probes 20 targets there every 200 ms with the kernel engine's own schedule and prints what
// each handshake ended with, a line each, until it is killed.
import { anySource } from "../../src/handshake/engine-config.ts";
import { KernelEngine } from "../../src/handshake/linux/kernel-engine.ts";
import { silentLog } from "../../src/log.ts";
import { makeTarget } from "../support/make-target.ts";

const [host = "", port = ""] = process.argv.slice(2);
const engine = await KernelEngine.create({
  style: { handshake: "full", close: "fin", source: anySource },
  log: silentLog,
  restarted: () => {},
  probing: {
    intervalMs: 200,
    timeoutMs: 1_500,
    maxInFlight: 1_000,
    listener: {
      started: () => {},
      skipped: () => {},
      ended: (_target, { result }) => process.stdout.write(`${result}\n`),
    },
  },
});
for (let index = 0; index < 20; index++) engine.add(makeTarget({ node: `t${index}`, host, port: Number(port) }));
