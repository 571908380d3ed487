// `npm run screenshots [-- URL [FOLDER]]`: photographs the page for docs/: of a demo with a past that is made for it, or of the PinGo at URL.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Overview } from "../src/api/v1.ts";
import { openBrowser } from "../test/support/browser.ts";
import { startPictureDemo } from "./pictures/demo.ts";
import { troubledNode } from "./pictures/past.ts";

const [given, folder = fileURLToPath(new URL("../docs", import.meta.url))] = process.argv.slice(2);
/** Small enough for a page of documents, and sharp on the screens of most. */
const wide = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.25 };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
/** After the first strip or chart is there, the rest of what is to be seen is painted in so much time. */
const settleMs = 600;

const demo = given === undefined ? await startPictureDemo() : undefined;
const url = given ?? demo?.url ?? "";
const browser = await openBrowser();
try {
  const views = {
    overview: "?view=overview&range=1h",
    node: `?view=node&range=1h&node=${encodeURIComponent(await nodeToShow())}`,
    zones: "?view=zones&range=24h",
  };
  for (const [name, address] of Object.entries(views)) {
    await photograph(`page-${name}.png`, `${address}&theme=light`, wide);
    await photograph(`page-${name}-dark.png`, `${address}&theme=dark`, wide);
    await photograph(`page-${name}-phone.png`, `${address}&theme=light`, phone);
  }
} finally {
  await browser.close();
  await demo?.stop();
}

async function photograph(file: string, address: string, how: typeof wide): Promise<void> {
  const page = await browser.newPage(how);
  await page.goto(`${url}${address}`);
  await page.locator("main .strip, main .chart canvas").first().waitFor();
  await page.waitForTimeout(settleMs);
  const path = join(folder, file);
  await page.screenshot({ path });
  await page.close();
  console.log(`pingo: ${path}`);
}

/** One that can be reached but not well shows more than one that is dark; else the first. */
async function nodeToShow(): Promise<string> {
  const answer = await fetch(`${url}api/v1/overview?range=1h&nodes=sick&limit=200`);
  const { nodes } = (await answer.json()) as Overview;
  const chosen =
    nodes.find(({ node }) => demo !== undefined && node === troubledNode) ??
    nodes.find(({ condition }) => condition === "degraded");
  return (chosen ?? nodes[0])?.key ?? "";
}
