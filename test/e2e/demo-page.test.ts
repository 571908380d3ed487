import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { chromiumPath } from "../support/browser.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";
import { suiteBrowser } from "../support/suite-browser.ts";
import { openWatched } from "../support/watched-page.ts";

/** What is promised: from the kubelet's end to a red row. */
const redWithinMs = 3_000;
const folder = mkdtempSync(join(tmpdir(), "pingo-page-"));

function startDemo(listen: string): Pingo {
  const kubeconfig = join(folder, "kubeconfig");
  return new Pingo(["demo", "--listen", listen, "--write-kubeconfig", kubeconfig]);
}

describe("the demo's page", { skip: skipWithout(chromiumPath) }, () => {
  const browser = suiteBrowser();
  after(() => rmSync(folder, { recursive: true }));

  test("shows the node that stops, why, and the same moment to whom the address is sent; and its server's end and return", {
    timeout: 110_000,
  }, async (t) => {
    const demo = startDemo("127.0.0.1:0");
    t.after(() => demo.stop());
    const [, host = ""] = await demo.says(/metrics +http:\/\/(\S+)\/metrics/);
    const { page, faults } = await openWatched(browser, `http://${host}/?range=15m`);
    await page
      .getByRole("heading", { level: 1 })
      .filter({ hasText: /all 12 nodes reachable/i })
      .waitFor();

    const [, node = ""] = await demo.says(/sandbox: kubelet of (\S+) stops/);
    const row = page.locator(".node-row").first();
    await row
      .filter({ hasText: node })
      .filter({ hasText: /refused/ })
      .waitFor({ timeout: redWithinMs });
    assert.match((await row.getAttribute("class")) ?? "", /is-unreachable/);
    assert.match(
      (await page.getByRole("heading", { level: 1 }).textContent()) ?? "",
      new RegExp(`${node} .*unreachable`, "i"),
    );

    await row.getByRole("link", { name: node }).click();
    await page.getByText("ECONNREFUSED").first().waitFor();
    assert.match(page.url(), /view=node/);

    // A link to a moment that is over shows that moment, whatever has happened since.
    const moment = `http://${host}/?range=15m&at=${Date.now()}`;
    await demo.says(new RegExp(`${node} answers again`));
    const { page: sent } = await openWatched(browser, moment);
    const headline = sent.getByRole("heading", { level: 1 });
    await headline.filter({ hasText: new RegExp(`${node} .*unreachable`, "i") }).waitFor();
    const said = await headline.textContent();
    await sent.reload();
    await headline.filter({ hasText: said ?? "" }).waitFor();

    await page.goto(`http://${host}/?range=15m`);
    await page.locator(".node-row, .zone-row").first().waitFor();
    await demo.stop();
    await page
      .getByText(/no answer from PinGo/i)
      .first()
      .waitFor({ timeout: 10_000 });
    const again = startDemo(host);
    t.after(() => again.stop());
    await again.says(/probing 12 nodes/);
    await page
      .getByText(/no answer from PinGo/i)
      .first()
      .waitFor({ state: "hidden", timeout: 10_000 });
    assert.deepEqual(faults, []);
  });
});
