// `node handshake-once.ts HOST PORT [COUNT]`: makes COUNT handshakes at once and prints what each ended with, a line
// of JSON each. With "listen" for a port, to a listener of its own. For tests that change what surrounds a process.

import { type AddressInfo, createServer } from "node:net";
import { systemClock } from "../../src/clock.ts";
import { createEngine } from "../../src/handshake/create-engine.ts";
import { anySource } from "../../src/handshake/engine-config.ts";
import { silentLog } from "../../src/log.ts";

const [host = "127.0.0.1", port = "listen", count = "1"] = process.argv.slice(2);
const server = createServer((socket) => socket.resume());
if (port === "listen") await new Promise<void>((resolve) => server.listen(0, host, resolve));
const target = port === "listen" ? (server.address() as AddressInfo).port : Number(port);
const engine = await createEngine({
  config: {
    engine: process.env.ENGINE === "portable" ? "portable" : "kernel",
    handshake: "full",
    close: "fin",
    source: anySource,
  },
  clock: systemClock,
  log: silentLog,
  restarted: () => {},
});
let left = Number(count);
for (let index = Number(count); index > 0; index--) {
  engine.start({ host, port: target, timeoutMs: 8_000 }, (outcome) => {
    const said = outcome.result === "ok" ? { result: "ok" } : { result: outcome.result, code: outcome.code };
    process.stdout.write(`${JSON.stringify(said)}\n`);
    if (--left > 0) return;
    server.close();
    void engine.stop();
  });
}
