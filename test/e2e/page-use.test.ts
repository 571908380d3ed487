import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { MockPingo } from "../support/mock-pingo/server.ts";
import { incident, World } from "../support/mock-pingo/world.ts";
import { skipWithout } from "../support/need.ts";
import { pageUnderTest } from "../support/page-under-test.ts";
import { suiteBrowser } from "../support/suite-browser.ts";
import { openWatched } from "../support/watched-page.ts";

describe("the page in use", { skip: skipWithout("chromium") }, () => {
  const onTest = pageUnderTest();
  const { mock } = onTest;

  test("says on top what is wrong, in the reader's own time", async () => {
    const { page } = await openWatched(onTest.browser, mock.url, { timezoneId: "Asia/Kolkata" });
    const headline = await page.locator("h1").innerText();
    assert.match(headline, /^62 of 62 nodes of zone eu-west-1c unreachable since (\w+ \d+ \w+, )?\d\d:\d\d$/);
    const since = await page.locator("h1 time").getAttribute("datetime");
    const local = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Asia/Kolkata" }).format(
      new Date(since ?? 0),
    );
    assert.ok(headline.endsWith(local));
    await page.close();
  });

  test("a click on a sick node shows the reason; back returns", async () => {
    const { page, faults } = await openWatched(onTest.browser, mock.url);
    await page.locator(".node-row.is-unreachable .strip").first().click();
    await page.locator(".event .tag-bad", { hasText: "timeout" }).first().waitFor();
    await page.getByText("no answer to 4 SYNs").first().waitFor();
    assert.match(page.url(), /view=node/);
    await page.goBack();
    await page.locator(".node-row .strip").first().waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("one question for the status serves the whole page, a node's view too", async () => {
    const { page } = await openWatched(
      onTest.browser,
      `${mock.url}?view=node&node=${nodeKey(0)}&at=${Date.now()}&range=1h`,
    );
    const chart = page.locator("canvas").first();
    await chart.waitFor();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.reload();
    await chart.waitFor();
    await page.getByText("Round trip").first().waitFor();
    await page.waitForLoadState("networkidle");
    assert.equal(asked.filter((path) => path.endsWith("/status")).length, 1, asked.join(" "));
    await page.close();
  });

  test("dragging over a strip zooms, and the address says to where", async () => {
    const { page, faults } = await openWatched(onTest.browser, `${mock.url}?view=overview&range=3h`);
    await drag(page, ".zone-row .strip", 0.25, 0.5);
    await page.waitForURL(/at=.*range=4\dm/);
    await page.locator(".as-of").waitFor();
    await page.goBack();
    await page.waitForURL(/range=3h/);
    await page.locator(".as-of").waitFor({ state: "detached" });
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("dragging over a chart zooms", async () => {
    const { page, faults } = await openWatched(onTest.browser, `${mock.url}?view=node&range=3h&node=${nodeKey(7)}`);
    await drag(page, ".chart .u-over", 0.25, 0.5);
    await page.waitForURL(/at=.*range=4\dm/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("a copied address shows the same moment", async () => {
    const { page } = await openWatched(onTest.browser, `${mock.url}?view=overview&range=1h`);
    await page.locator(".strip").first().waitFor();
    await page.getByRole("button", { name: "earlier" }).click();
    await page.locator(".as-of").waitFor();
    const seen = await seenOn(page);
    const other = await openWatched(onTest.browser, page.url());
    await other.page.locator(".as-of").waitFor();
    assert.deepEqual(await seenOn(other.page), seen);
    await page.close();
    await other.page.close();
  });

  test("says that the address names no moment it knows, what is shown instead, and goes on", async () => {
    const { page, faults } = await openWatched(onTest.browser, `${mock.url}?view=overview&range=1h&at=2026-11-26T12:0`);
    const notice = page.getByRole("alert").filter({ hasText: "not all that the address says" });
    await notice.getByText(/^at "2026-11-26T12:0" is no time; give 2026-11-26T12:00:00Z .*: now is shown\.$/).waitFor();
    await page.locator(".strip").first().waitFor();
    await notice.getByRole("button", { name: "go on without that" }).click();
    await notice.waitFor({ state: "detached" });
    assert.doesNotMatch(page.url(), /at=/);
    await page.reload();
    await page.locator(".strip").first().waitFor();
    assert.equal(await notice.count(), 0, "the address is whole");
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("is used without a mouse", async () => {
    const { page, faults } = await openWatched(onTest.browser, mock.url);
    await page.locator(".strip").first().waitFor();
    await page.locator('.strip[tabindex="0"]').focus();
    await page.keyboard.press("Home");
    assert.equal(await valueNow(page), "0");
    await page.keyboard.press("ArrowRight");
    assert.equal(await valueNow(page), "1");
    await page.locator(".tip").waitFor();
    await page.keyboard.press("ArrowDown");
    assert.equal(await valueNow(page), "1", "the column is kept from strip to strip");
    assert.equal(await page.locator('.strip[tabindex="0"]').count(), 1);
    assert.match((await page.locator(".strip:focus").getAttribute("aria-valuetext")) ?? "", /\d\d:\d\d.*fine/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/view=node/);
    await page.locator(".chart-stack").focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    assert.match((await page.locator(".chart-stack").getAttribute("aria-valuetext")) ?? "", /handshakes? lost/);
    await page.keyboard.press("Escape");
    await page.waitForURL(/view=overview/);
    await page.keyboard.press("/");
    await page.keyboard.type("10.43.0.1");
    await page.waitForURL(/search=10.43.0.1/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("Enter leaves the search and keeps it, Esc takes it off at once; after either the page's keys hold", async () => {
    const { page, faults } = await openWatched(onTest.browser, `${mock.url}?view=overview`);
    await page.locator(".strip").first().waitFor();
    const search = page.getByRole("searchbox");
    await page.keyboard.press("/");
    await page.keyboard.type("10.43.0.1");
    await page.keyboard.press("Enter");
    await page.waitForURL(/search=10.43.0.1/);
    await page.keyboard.press("t");
    await page.waitForURL(/table=1/);
    assert.equal(await search.inputValue(), "10.43.0.1");
    await page.keyboard.press("/");
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("search"));
    assert.equal(await search.inputValue(), "");
    await page.keyboard.press("z");
    await page.waitForURL(/view=zones/);
    assert.equal(await search.inputValue(), "");
    await page.keyboard.press("/");
    await page.keyboard.type("10.43");
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    assert.equal(await search.inputValue(), "", "what was not asked for yet never is");
    assert.match(page.url(), /view=zones/, "Esc in the field goes up from nothing else");
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("finds a node among all of them, also a healthy one", async () => {
    const { page } = await openWatched(onTest.browser, mock.url);
    await page.getByRole("searchbox").fill("ip-10-44-0-33");
    await page.waitForURL(/search=ip-10-44-0-33/);
    await page.getByRole("link", { name: "ip-10-44-0-33" }).waitFor();
    await eventually("one node", async () => (await page.locator(".node-row").count()) === 1);
    await page.close();
  });

  test("unfolds the healthy nodes of a zone, and the address says so", async () => {
    const { page } = await openWatched(onTest.browser, mock.url);
    await page
      .getByRole("button", { name: /\d+ healthy nodes/ })
      .first()
      .click();
    await page.waitForURL(/open=/);
    await page.getByRole("button", { name: "only those with trouble" }).waitFor();
    await eventually("all nodes of the zone", async () => (await page.locator(".node-row").count()) > 70);
    await page.close();
  });

  test("what is seen can be taken along, as a table with all its rows", async () => {
    const { page } = await openWatched(onTest.browser, `${mock.url}?view=zones&range=6h&cluster=shop-eu`);
    const link = page.getByRole("link", { name: "download all rows as CSV" });
    await page.getByRole("link", { name: "download what is seen as JSON" }).waitFor();
    assert.match((await link.getAttribute("href")) ?? "", /^api\/v1\/zones\?range=6h&cluster=shop-eu&format=csv$/);
    await page.close();
  });

  test("works below a proxy's path", async () => {
    const { page } = await openWatched(onTest.browser, mock.url);
    const addresses = await page.evaluate(
      "[...document.querySelectorAll('[href],[src]')].map((e) => e.getAttribute('href') ?? e.getAttribute('src'))",
    );
    for (const address of addresses as string[]) assert.doesNotMatch(address, /^\/(?!\/)/);
    await page.close();
  });

  function nodeKey(index: number): string {
    return encodeURIComponent(mock.world.nodes.find((node) => node.index === index)?.key ?? "");
  }
});

describe("the page and its server", { skip: skipWithout("chromium") }, () => {
  const browser = suiteBrowser();

  test("a node that goes down is on top, in red, without anybody's doing", async (t) => {
    const world = new World({ nowMs: Date.now, isPeaceful: true });
    const mock = await startMock(t, world);
    const { page, faults } = await openWatched(browser, mock.url);
    await page.getByText("All 312 nodes reachable").waitFor();
    const node = world.nodes[100];
    assert.ok(node);
    world.incidents.push(incident("down", Date.now() - 1_000, Number.POSITIVE_INFINITY, 1, (one) => one === node));
    mock.change(node.key);
    await page.locator(".headline-unreachable").waitFor({ timeout: 3_000 });
    assert.equal(await page.locator(".node-row .node-link").first().innerText(), node.node);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("says that it lost its server, and picks up again", async (t) => {
    const mock = await startMock(t, new World({ nowMs: Date.now }));
    const { page, faults } = await openWatched(browser, mock.url);
    await page.locator(".strip").first().waitFor();
    await mock.stop();
    await page
      .getByText(/No answer from PinGo since \d\d:\d\d:\d\d\. What you see is as of \d\d:\d\d:\d\d\./)
      .waitFor({ timeout: 7_000 });
    assert.ok((await page.locator(".strip").count()) > 5, "what was seen is still to be seen");
    const askedBefore = mock.asked.length;
    await mock.start();
    await page.getByText("PinGo answers again.").waitFor({ timeout: 4_000 });
    const isAsked = () => mock.asked.slice(askedBefore).some((path) => path.startsWith("/api/v1/overview"));
    await eventually("a question", isAsked);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("asks no more than once a second, however much changes", async (t) => {
    const mock = await startMock(t, new World({ nowMs: Date.now }));
    const { page } = await openWatched(browser, mock.url);
    await page.locator(".strip").first().waitFor();
    await page.waitForTimeout(200);
    const before = mock.asked.length;
    for (let change = 0; change < 40; change++) {
      mock.change("a");
      await page.waitForTimeout(50);
    }
    const asked = mock.asked.slice(before).filter((path) => path.startsWith("/api/v1/overview"));
    assert.ok(asked.length >= 2 && asked.length <= 4, `${asked.length}`);
    await page.close();
  });
});

async function startMock(t: TestContext, world: World): Promise<MockPingo> {
  const mock = new MockPingo(world);
  await mock.start();
  t.after(() => mock.stop());
  return mock;
}

async function drag(page: Page, selector: string, from: number, to: number): Promise<void> {
  const target = page.locator(selector).first();
  await target.waitFor();
  await page.waitForTimeout(100);
  const box = await target.boundingBox();
  assert.ok(box);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * (from + 0.05), y);
  await page.mouse.move(box.x + box.width * to, y, { steps: 5 });
  await page.mouse.up();
}

const valueNow = (page: Page) => page.locator(".strip:focus").getAttribute("aria-valuenow");

/** The picture in words, but for what goes on by itself. */
async function seenOn(page: Page): Promise<string[]> {
  await page.waitForTimeout(300);
  const nodes = await page.locator(".node-row").allInnerTexts();
  return [await page.locator(".window").innerText(), await page.locator("h1").innerText(), ...nodes];
}
