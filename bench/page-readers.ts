// `node page-readers.ts PORT READERS SECONDS`: does what so many open pages do, without drawing anything: the page's files,
// the stream of changes, and with each change, once a second at the most, the overview of the last hour. Prints JSON.
// Browsers are on other machines: here they come after what is measured.
import { constants, setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { round1 } from "./round1.ts";

setPriority(constants.priority.PRIORITY_LOW);
const [port, readers, seconds] = process.argv.slice(2).map(Number) as [number, number, number];
const base = `http://127.0.0.1:${port}`;
const endMs = performance.now() + seconds * 1_000;
const tookMs: number[] = [];
let bytes = 0;

async function ask(path: string): Promise<string> {
  const startMs = performance.now();
  const answer = await fetch(`${base}${path}`);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
  tookMs.push(performance.now() - startMs);
  bytes += text.length;
  return text;
}

async function readOn(): Promise<void> {
  const html = await ask("/");
  for (const [, path] of html.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)) await ask(`/${path}`);
  const stream = await fetch(`${base}/api/v1/events`, { signal: AbortSignal.timeout(seconds * 1_000) });
  let isNews = true;
  const listening = (async () => {
    for await (const _ of stream.body as ReadableStream) isNews = true;
  })().catch(() => {});
  while (performance.now() < endMs) {
    if (isNews) {
      isNews = false;
      await ask("/api/v1/overview?range=1h&nodes=sick");
      await ask("/api/v1/status");
    }
    await pause(1_000);
  }
  await listening;
}

await Promise.all(Array.from({ length: readers }, readOn));
const [firstPageMs = 0] = tookMs;
tookMs.sort((a, b) => a - b);
const at = (share: number) => round1(tookMs[Math.floor(share * (tookMs.length - 1))] ?? 0);
console.log(
  JSON.stringify({
    questions: tookMs.length,
    megabytes: Math.round(bytes / 1e6),
    p50Ms: at(0.5),
    worstMs: at(1),
    firstPageMs: round1(firstPageMs),
  }),
);
