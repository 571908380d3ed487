import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accessibilityFaults } from "../support/accessibility.ts";
import { chromiumPath } from "../support/browser.ts";
import { skipWithout } from "../support/need.ts";
import { pageUnderTest } from "../support/page-under-test.ts";
import { Pingo } from "../support/pingo.ts";
import { openWatched } from "../support/watched-page.ts";

const minuteMs = 60_000;

describe("what the page says of its history", { skip: skipWithout(chromiumPath) }, () => {
  const onTest = pageUnderTest();
  const { mock } = onTest;

  test("a disk that is full: what PinGo says, since when, until it is over", async () => {
    const sinceMs = Date.UTC(2026, 10, 20, 12, 4);
    const problem = "cannot be written: database or disk is full";
    mock.history = { problem, problemSinceMs: sinceMs };
    const { page, faults } = await openWatched(onTest.browser, mock.url);
    const notice = page.locator(".notice-warn", { hasText: "in trouble since Fri 20 Nov, 12:04" });
    await notice.getByText(problem).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByRole("button", { name: "dark colours" }).click();
    await page.waitForURL(/theme=dark/);
    assert.deepEqual(await accessibilityFaults(page), []);
    mock.history = {};
    mock.change();
    await notice.waitFor({ state: "detached" });
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("a damaged file that was set aside: where time from before it is shown, and not where none is", async () => {
    mock.history = { damagedFiles: 1, damagedMs: Date.now() - 90 * minuteMs };
    const { page, faults } = await openWatched(onTest.browser, `${mock.url}?view=overview&range=3h`);
    const notice = page.locator(".notice-warn", { hasText: /begins anew at \d\d:\d\d: its file was damaged/ });
    await notice.waitFor();
    await page.getByRole("button", { name: "1h", exact: true }).click();
    await notice.waitFor({ state: "detached" });
    mock.history = {};
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("none is kept: how every node is now, live, without strips, and no word in red", {
    timeout: 60_000,
  }, async (t) => {
    const demo = new Pingo(["demo", "--history", "none", "--listen", "127.0.0.1:0", "--write-kubeconfig", "/dev/null"]);
    t.after(() => demo.stop());
    const [, host = ""] = await demo.says(/metrics +http:\/\/(\S+)\/metrics/);
    const { page, faults } = await openWatched(onTest.browser, `http://${host}/`);
    const heading = page.getByRole("heading", { level: 1 });
    await heading.filter({ hasText: /all 12 nodes reachable/i }).waitFor();
    await page.getByText("This is now: no history is kept here.").waitFor();
    await page.locator(".zone-row").first().waitFor();
    const { length } = await page
      .locator(".strip:visible, .ticks:visible, .time-controls, .notice:not(.notice-calm)")
      .all();
    assert.equal(length, 0);
    assert.deepEqual(await accessibilityFaults(page), []);
    const [, node = ""] = await demo.says(/sandbox: kubelet of (\S+) stops/);
    await page.locator(".node-row.is-unreachable", { hasText: node }).filter({ hasText: "refused" }).waitFor();
    await page.getByRole("link", { name: "Zones" }).click();
    await page.getByText("This PinGo keeps no history.").waitFor();
    assert.equal(await page.locator(".notice:not(.notice-calm)").count(), 0);
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.goto(`${new URL(page.url()).origin}/?at=2026-01-05T12:00:00Z`);
    await page.getByText("This PinGo keeps no history.").waitFor();
    assert.equal(await page.getByText("This is now").count(), 0, "it is not");
    await page.getByRole("link", { name: "how every node is now" }).click();
    await page.locator(".zone-row").first().waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  });
});
