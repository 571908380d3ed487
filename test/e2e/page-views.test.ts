import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { accessibilityFaults } from "../support/accessibility.ts";
import { beyondPage } from "../support/beyond-page.ts";
import { MockPingo } from "../support/mock-pingo/server.ts";
import { World } from "../support/mock-pingo/world.ts";
import { skipWithout } from "../support/need.ts";
import { pageUnderTest } from "../support/page-under-test.ts";
import { openWatched } from "../support/watched-page.ts";

describe("the page's views", { skip: skipWithout("chromium") }, () => {
  const onTest = pageUnderTest();
  const { world, mock } = onTest;

  const sickKey = world.nodes.find(({ index }) => index === 7)?.key ?? "";
  const views = {
    overview: "?view=overview&range=1h",
    "overview as a table": "?view=overview&range=1h&table=1",
    "overview of a zone": "?view=overview&range=3h&cluster=cache-eu&zone=eu-west-1b",
    node: `?view=node&range=1h&node=${encodeURIComponent(sickKey)}`,
    "node as a table": `?view=node&range=1h&table=1&node=${encodeURIComponent(sickKey)}`,
    zones: "?view=zones&range=24h",
    "zones as a table": "?view=zones&range=15m&measure=p50&table=1",
    "zones by loss": "?view=zones&range=7d&measure=loss",
  };

  for (const [name, address] of Object.entries(views)) {
    test(`${name}: drawn and accessible, light, dark and on a phone, and nothing went wrong`, async () => {
      const { page, faults } = await openWatched(onTest.browser, `${mock.url}${address}&theme=light`);
      await drawn(page);
      assert.deepEqual(await accessibilityFaults(page), []);
      await page.getByRole("button", { name: "dark colours" }).click();
      await page.waitForURL(/theme=dark/);
      assert.deepEqual(await accessibilityFaults(page), []);
      for (const width of phoneWidths) {
        await page.setViewportSize({ width, height: 844 });
        await page.waitForTimeout(settleMs);
        assert.deepEqual(await beyondPage(page), [], `nothing is wider than the page, at ${width} px`);
        const isWider = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        assert.equal(isWider, false, "the page is not scrolled sideways");
      }
      assert.deepEqual(faults, []);
      await page.close();
    });
  }

  for (const name of ["overview", "node", "zones"] as const) {
    test(`${name}: a cluster's long name and an API that is away have room on a phone`, async () => {
      const { page, faults } = await openWatched(onTest.browser, mock.url);
      await page.route(/api.v1.(overview|history|zones)/, async (route) => {
        const text = await (await route.fetch()).text();
        const body = text.replaceAll(/"(cache|shop)-eu"/g, longName).replaceAll('"isApiUp":true', '"isApiUp":false');
        await route.fulfill({ body, contentType: "application/json" });
      });
      for (const width of phoneWidths) {
        await page.setViewportSize({ width, height: 844 });
        await page.goto(`${mock.url}${views[name]}`);
        await drawn(page);
        assert.deepEqual(await beyondPage(page), [], `at ${width} px`);
      }
      assert.deepEqual(faults, []);
      await page.close();
    });
  }

  test("a zone's table is seen whole on a phone, and up to what was lost on the narrowest", async () => {
    const { page } = await openWatched(onTest.browser, `${mock.url}${views["zones as a table"]}`);
    const box = page.locator(".table-box").first();
    for (const [width, last] of [
      [390, "median"],
      [320, "lost"],
    ] as const) {
      await page.setViewportSize({ width, height: 844 });
      const [end, columnEnd] = await Promise.all([box, box.getByRole("columnheader", { name: last })].map(rightOf));
      assert.ok(end !== undefined && columnEnd !== undefined && columnEnd <= end, `${last}: ${columnEnd} of ${end} px`);
    }
    await page.close();
  });

  test("what is not known of is told, with a way back", async () => {
    const { page } = await openWatched(onTest.browser, `${mock.url}?view=node&node=nobody`);
    await page.getByText("there is no such node in this history").waitFor();
    await page.getByRole("link", { name: "back to the overview" }).click();
    await page.locator(".strip").first().waitFor();
    await page.close();
  });

  test("a server that cannot answer now is asked again", async () => {
    mock.failure = { status: 503, error: "the history is being read" };
    const { page } = await openWatched(onTest.browser, mock.url);
    await page.getByText("the history is being read").waitFor();
    mock.failure = undefined;
    await page.locator(".strip").first().waitFor();
    assert.equal(await page.getByText("the history is being read").count(), 0);
    await page.close();
  });

  test("nothing that was never heard of is shown as fine", async () => {
    const empty = new MockPingo(new World({ nowMs: Date.now, zoneSizes: [] }));
    await empty.start();
    const { page } = await openWatched(onTest.browser, empty.url);
    await page.getByText("No nodes yet.").waitFor();
    await page.close();
    await empty.stop();
  });
});

/** Of most phones, and of the narrowest screen that WCAG 2.2 (1.4.10, Reflow) asks for. */
const phoneWidths = [390, 320];
const longName = '"arn:aws:eks:eu-west-1:123456789012:cluster/$1-production"';

/** Canvases are drawn, colours changed; contrast is measured on what is there. */
const settleMs = 200;

async function rightOf(one: Locator): Promise<number> {
  const box = await one.boundingBox();
  return (box?.x ?? Number.NaN) + (box?.width ?? Number.NaN);
}

async function drawn(page: Page): Promise<void> {
  await page.locator("main .strip canvas, main .chart canvas, main table").first().waitFor();
  await page.waitForTimeout(settleMs);
}
