import { systemClock } from "../../src/clock.ts";
import { anySource } from "../../src/handshake/engine-config.ts";
import { KernelEngine } from "../../src/handshake/linux/kernel-engine.ts";
import { createLog } from "../../src/log.ts";
import { engineContract } from "./contract.ts";

const log = createLog({
  format: "text",
  level: "info",
  write: () => {},
  unixMs: () => systemClock.unixMs(),
  secrets: () => [],
});

engineContract("kernel, full, FIN", () => create("full", "fin"), "a connection closed with FIN");
engineContract("kernel, full, RST", () => create("full", "rst"), "a connection closed with RST");
engineContract("kernel, half open", () => create("half", "rst"), "nothing");

function create(handshake: "full" | "half", close: "fin" | "rst") {
  return KernelEngine.create({
    style: { handshake, close, source: anySource },
    log,
    restarted: () => {},
    probing: undefined,
  });
}
