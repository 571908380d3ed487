import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { TestBrowser } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import type { MockPingo } from "../support/mock-pingo/server.ts";
import { skipWithout } from "../support/need.ts";
import { pageUnderTest } from "../support/page-under-test.ts";
import { openWatched } from "../support/watched-page.ts";

// What makes the page quick; how quick it is, `npm run bench:page` says.
describe("the page", { skip: skipWithout("chromium") }, () => {
  const onTest = pageUnderTest();
  const { mock } = onTest;

  test("is opened with one script and one style sheet, and asks its question once, before all else", async () => {
    const askedBefore = mock.asked.length;
    const { page, faults } = await openWatched(onTest.browser, `${mock.url}?range=6h`);
    await page.locator(".strip canvas").first().waitFor();
    const asked = mock.asked.slice(askedBefore);
    const [document, ...assets] = asked.filter((path) => !path.startsWith("/api/"));
    assert.equal(document, "/?range=6h");
    const names = new Set(assets.map((path) => path.split("/").at(-1)));
    assert.deepEqual([...names].sort(), ["icon.svg", "page.css", "page.js"]);
    const questions = asked.filter((path) => path.startsWith("/api/"));
    assert.match(questions[0] ?? "", /^\/api\/v1\/overview\?range=6h&nodes=sick/);
    assert.equal(questions.filter((path) => path.startsWith("/api/v1/overview")).length, 1);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("has canvases only of the strips near what is to be seen, also after it was scrolled through", async () => {
    const { page, faults } = await openUnfolded(onTest.browser, mock);
    const drawn = () => page.locator(".strip canvas").count();
    const all = await page.locator(".strip").count();
    assert.ok(all > 150, `${all} strips`);
    await eventually("strips at the top", async () => (await drawn()) > 10);
    assert.ok((await drawn()) < all / 2, `${await drawn()} of ${all}`);
    await page.locator(".node-row").last().scrollIntoViewIfNeeded();
    // Rows are laid out as they come near, and what was scrolled to moves by that.
    await eventually("a strip is painted where it was scrolled to", () =>
      page.evaluate<boolean>(`
        [...document.querySelectorAll(".node-row .strip canvas")].slice(-1).some((canvas) =>
          canvas.getContext("2d").getImageData(0, 0, 40, 10).data.some((part) => part > 0))
      `),
    );
    await eventually("no strips far from there", async () => (await drawn()) < all / 2);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("tells of each strip where it stands in time, also once the time is another", async () => {
    const { page } = await openUnfolded(onTest.browser, mock);
    const said = () => page.evaluate("[...document.querySelectorAll('.strip')].map((one) => one.ariaValueText ?? '')");
    const whens = async () => new Set(((await said()) as string[]).map((text) => text.split(",")[0]));
    await eventually("one time for all", async () => (await whens()).size === 1 && !(await whens()).has(""));
    const [first] = await whens();
    await page.getByRole("button", { name: "earlier" }).click();
    await page.locator(".as-of").waitFor();
    await eventually("another for all", async () => {
      const now = await whens();
      return now.size === 1 && !now.has(first) && !now.has("");
    });
    await page.close();
  });

  test("keeps one stop of the tab key when the strip that was it goes", async () => {
    const { page } = await openUnfolded(onTest.browser, mock);
    const stops = page.locator('.strip[tabindex="0"]');
    await page.locator(".node-row .strip").first().focus();
    assert.equal(await stops.count(), 1);
    await page
      .getByRole("button", { name: /^nodes of zone/ })
      .first()
      .click();
    await eventually("a stop elsewhere", async () => (await stops.count()) === 1);
    await page.close();
  });
});

/** The overview with all nodes of all zones. */
async function openUnfolded(browser: TestBrowser, mock: MockPingo, rest = "") {
  const zones = new Set(mock.world.nodes.map(({ cluster, zone }) => `${cluster}/${zone}`));
  const open = [...zones].map((zone) => `&open=${encodeURIComponent(zone)}`).join("");
  const watched = await openWatched(browser, `${mock.url}?range=1h${open}${rest}`);
  await eventually("all rows", async () => (await countOf(watched.page)) > 150);
  return watched;
}

const countOf = (page: Page) => page.locator(".node-row").count();
