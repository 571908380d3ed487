// Scrapes as a Prometheus that is in a great hurry, in a process of its own. Usage: scraper.ts PORT A_SECOND SECONDS; prints
// JSON: how many pages came, how many were refused because as many were under way, and their bytes.

import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const [port, perSecond, seconds] = process.argv.slice(2).map(Number) as [number, number, number];
const told = { pages: 0, busy: 0, megabytes: 0 };
const underWay = new Set<Promise<void>>();
const startMs = performance.now();
for (let asked = 0; asked < perSecond * seconds; asked++) {
  await pause(Math.max(0, startMs + (1_000 * asked) / perSecond - performance.now()));
  const scraping = scrape().finally(() => underWay.delete(scraping));
  underWay.add(scraping);
}
await Promise.all(underWay);
console.log(JSON.stringify({ ...told, megabytes: Math.round(told.megabytes) }));

function scrape(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get({ port, host: "127.0.0.1", path: "/metrics" }, (response) => {
      if (response.statusCode === 200) told.pages++;
      else told.busy++;
      response.on("data", (chunk: Buffer) => {
        told.megabytes += chunk.length / 1e6;
      });
      response.on("end", resolve);
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}
