import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { accessibilityFaults } from "../support/accessibility.ts";
import { chromiumPath } from "../support/browser.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";
import { suiteBrowser } from "../support/suite-browser.ts";
import { openWatched } from "../support/watched-page.ts";

const longNames = ["7f3k", "x2pq"].map((end) => `gke-production-europe-west1-pool-highmem-32-2f9c1d7b-${end}`);
/** Names of which the last piece of text ends beyond the room they have: what stands before may be cut. */
const cutNames = `[...document.querySelectorAll(".node-row .node-link")].filter((link) => {
  const last = document.createRange();
  const texts = document.createTreeWalker(link, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) last.selectNodeContents(texts.currentNode);
  return last.getBoundingClientRect().right > link.parentElement.getBoundingClientRect().right + 1;
}).map((link) => link.textContent)`;
const screens = { wide: { width: 1_280, height: 800 }, phone: { width: 390, height: 844 } };

describe("the page of a network that is unlike others", { skip: skipWithout(chromiumPath) }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pingo-edges-"));
  const browser = suiteBrowser();
  after(() => rmSync(folder, { recursive: true }));

  /** Nobody listens at any of them. */
  async function serve(t: TestContext, targets: readonly object[], ...flags: readonly string[]): Promise<string> {
    const path = join(folder, "targets.json");
    writeFileSync(path, JSON.stringify(targets));
    const pingo = new Pingo(["serve", "--targets", path, "--probe", "1", "--listen", "127.0.0.1:0", ...flags]);
    t.after(() => pingo.stop());
    const [, url = ""] = await pingo.says(/(http:\/\/127\.0\.0\.1:\d+)/);
    return url;
  }

  const odd = [
    ...longNames.map((name, index) => ({
      host: "127.0.0.1",
      port: 7 + index,
      name,
      zone: "europe-west1-b-wavelength-zone-1",
    })),
    { host: "::1", port: 9 },
  ];

  for (const [screen, viewport] of Object.entries(screens)) {
    for (const flags of [[], ["--history", "none"]]) {
      test(`long names and IPv6, all down, ${screen} ${flags.join(" ")}: told apart, with their state, within the screen`, async (t) => {
        const url = await serve(t, odd, ...flags);
        const { page, faults } = await openWatched(browser, `${url}/?range=15m`, { viewport });
        await page.locator(".node-row.is-unreachable").nth(2).waitFor();
        assert.match(await page.title(), /^\u2715 All 3 nodes refuse connections since .* \u2013 PinGo$/);
        const rows = await page.locator(".node-row").all();
        const names = await Promise.all(rows.map((row) => row.locator(".node-link").innerText()));
        assert.deepEqual(names.toSorted(), ["::1", ...longNames].toSorted());
        for (const row of rows) {
          const state = await row.getByText(/refused since/).boundingBox();
          assert.ok(state !== null && state.x + state.width <= viewport.width, "its state is to be seen");
        }
        assert.deepEqual(await page.evaluate(cutNames), []);
        assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
        assert.deepEqual(await accessibilityFaults(page), []);
        assert.deepEqual(faults, []);
        await page.close();
      });
    }
  }

  test("none at all: that is said, and which PinGo says it", async (t) => {
    const url = await serve(t, []);
    const { page, faults } = await openWatched(browser, `${url}/`);
    await page.getByText("No nodes yet.").waitFor();
    await page.getByRole("contentinfo").getByText("history in memory").waitFor();
    await page.getByRole("contentinfo").getByText("a handshake to each every 1 s").waitFor();
    assert.equal(await page.title(), "? No nodes are known \u2013 PinGo");
    assert.deepEqual(faults, []);
    await page.close();
  });
});
