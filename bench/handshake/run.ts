// `npm run bench:handshake [-- --count 20000 --rounds 5 --json]`: CPU time of a handshake, ours beside node:net, Go and
// a C loop, against one listener, in turns. All close with RST; all but node:net read TCP_INFO.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installMissing } from "../../scripts/debian.ts";
import { positive } from "../arguments.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "20000" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const count = positive("count", values.count);
const roundsWanted = positive("rounds", values.rounds);
const atOnce = 32;
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

installMissing([
  { command: "gcc", package: "gcc", neededFor: "the C loop" },
  { command: "go", package: "golang-go", neededFor: "the Go loop" },
]);
const folder = mkdtempSync(join(tmpdir(), "pingo-bench-"));
execFileSync("gcc", ["-O2", "-o", join(folder, "epoll"), here("epoll.c")]);
execFileSync("go", ["build", "-o", join(folder, "dial"), here("dial.go")], {
  env: { ...process.env, GO111MODULE: "off" },
});

const ours = (engine: string) => [process.execPath, here("ours.ts"), engine] as const;
const contestants: Record<string, readonly string[]> = {
  "C epoll loop": [join(folder, "epoll")],
  "ours, full": ours("kernel-full"),
  "ours, half": ours("kernel-half"),
  "Go net.DialTimeout": [join(folder, "dial")],
  "node:net": ours("portable"),
};

const listener = spawn(process.execPath, [here("listener.ts")], { stdio: ["ignore", "pipe", "inherit"] });
const [port] = await once(listener.stdout, "data");

interface Round {
  readonly userUs: number;
  readonly systemUs: number;
  readonly perSecond: number;
}
const rounds: Record<string, Round[]> = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < roundsWanted; round++) {
  // Another order each time, so that nobody always runs in another's wake.
  const names = Object.keys(contestants);
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(turn + round) % names.length] ?? "";
    rounds[name]?.push(play(contestants[name] ?? [], String(port).trim()));
  }
}
listener.kill();
rmSync(folder, { recursive: true });

function play([command = "", ...rest]: readonly string[], to: string): Round {
  const script = rest[0];
  const args = [...(script === undefined ? [] : [script]), to, String(count), String(atOnce), ...rest.slice(1)];
  const startMs = performance.now();
  const { ok, userUs, systemUs } = JSON.parse(execFileSync(command, args, { encoding: "utf8" }));
  if (ok !== count) throw new Error(`${command} ${args.join(" ")}: ${ok} of ${count} handshakes`);
  const perSecond = count / ((performance.now() - startMs) / 1_000);
  return { userUs: userUs / count, systemUs: systemUs / count, perSecond };
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const costs = Object.fromEntries(
  Object.entries(rounds).map(([name, all]) => [
    name,
    {
      userUs: median(all.map(({ userUs }) => userUs)),
      systemUs: median(all.map(({ systemUs }) => systemUs)),
      cpuUs: median(all.map(({ userUs, systemUs }) => userUs + systemUs)),
      perSecond: median(all.map(({ perSecond }) => perSecond)),
    },
  ]),
);
const cpu = (name: string) => costs[name]?.cpuUs ?? Number.NaN;
const table = Object.entries(costs).map(([name, cost]) => ({
  name,
  ...cost,
  toGo: cost.cpuUs / cpu("Go net.DialTimeout"),
  toFloor: cost.cpuUs / cpu("C epoll loop"),
}));
if (values.json) console.log(JSON.stringify({ count, atOnce, rounds: Number(values.rounds), table }));
else {
  const round = (value: string | number) => (typeof value === "number" ? Math.round(value * 100) / 100 : value);
  console.table(table.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, round(value)]))));
}
