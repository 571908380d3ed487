// `node handshake-in-child.ts ENGINE-CONFIG REQUEST`, both JSON: makes one handshake and prints what it ended with, as
// JSON. For a test that stops the whole process, and with it every thread of an engine.
import { systemClock } from "../../src/clock.ts";
import { createEngine } from "../../src/handshake/create-engine.ts";
import type { HandshakeRequest } from "../../src/handshake/engine.ts";
import type { EngineConfig } from "../../src/handshake/engine-config.ts";
import { silentLog } from "../../src/log.ts";

const [config, request] = process.argv.slice(2).map((text) => JSON.parse(text)) as [EngineConfig, HandshakeRequest];
const engine = await createEngine({ config, clock: systemClock, log: silentLog, restarted: () => {} });
engine.start(request, (outcome) => {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  void engine.stop();
});
