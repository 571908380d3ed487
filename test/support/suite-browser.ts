import { after, before } from "node:test";
import { openBrowser, type TestBrowser } from "./browser.ts";

/** To be called in a suite: a browser that is there while its tests run. */
export function suiteBrowser(): TestBrowser {
  let browser: TestBrowser | undefined;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());
  const running = () => {
    if (browser === undefined) throw new Error("the browser is open only while tests run");
    return browser;
  };
  return { newPage: (options) => running().newPage(options), close: () => running().close() };
}
