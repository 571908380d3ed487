// `npm run screenshots [-- URL [FOLDER]]`: photographs the page for docs/. Without a URL, of a network that is made up.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Overview } from "../src/api/v1.ts";
import { openBrowser } from "../test/support/browser.ts";
import { MockPingo } from "../test/support/mock-pingo/server.ts";
import { World } from "../test/support/mock-pingo/world.ts";

const [given, folder = fileURLToPath(new URL("../docs", import.meta.url))] = process.argv.slice(2);
const wide = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
/** After the first strip or chart is there, the rest of what is to be seen is painted in so much time. */
const settleMs = 400;

const mock = given === undefined ? new MockPingo(new World({ nowMs: Date.now })) : undefined;
await mock?.start();
const url = given ?? mock?.url ?? "";
const browser = await openBrowser();
try {
  const views = {
    overview: "?view=overview&range=1h",
    node: `?view=node&range=1h&node=${encodeURIComponent(await troubledNode())}`,
    zones: "?view=zones&range=24h",
  };
  for (const [name, address] of Object.entries(views)) {
    await photograph(`page-${name}.png`, `${address}&theme=light`, wide);
    await photograph(`page-${name}-dark.png`, `${address}&theme=dark`, wide);
  }
  await photograph("page-phone.png", `${views.overview}&theme=light`, phone);
} finally {
  await browser.close();
  await mock?.stop();
}

async function photograph(file: string, address: string, viewport: { width: number; height: number }): Promise<void> {
  const page = await browser.newPage({ viewport, deviceScaleFactor: 2 });
  await page.goto(`${url}${address}`);
  await page.locator("main .strip, main .chart canvas").first().waitFor();
  await page.waitForTimeout(settleMs);
  const path = join(folder, file);
  await page.screenshot({ path });
  await page.close();
  console.log(`pingo: ${path}`);
}

/** One that can be reached but not well shows more than one that is dark; else the first. */
async function troubledNode(): Promise<string> {
  const answer = await fetch(`${url}api/v1/overview?range=1h&nodes=sick&limit=200`);
  const { nodes } = (await answer.json()) as Overview;
  return (nodes.find(({ condition }) => condition === "degraded") ?? nodes[0])?.key ?? "";
}
