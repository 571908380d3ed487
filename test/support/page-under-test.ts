import { after, before } from "node:test";
import type { TestBrowser } from "./browser.ts";
import { MockPingo } from "./mock-pingo/server.ts";
import { World } from "./mock-pingo/world.ts";
import { suiteBrowser } from "./suite-browser.ts";

/** The page of a mock PinGo, and a browser to open it in, for the tests of one suite. */
export interface PageUnderTest {
  readonly world: World;
  readonly mock: MockPingo;
  /** There while tests run. */
  readonly browser: TestBrowser;
}

/** To be called in a suite: starts both before its tests and stops them after. */
export function pageUnderTest(): PageUnderTest {
  const world = new World({ nowMs: Date.now });
  const mock = new MockPingo(world);
  before(() => mock.start());
  const browser = suiteBrowser();
  after(() => mock.stop());
  return { world, mock, browser };
}
