import { type BrowserContext, chromium, type Page } from "playwright-core";

export const chromiumPath = "/usr/bin/chromium";

/** Debian's Chromium, kept from asking anybody for anything. */
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly deviceScaleFactor?: number;
  readonly reducedMotion?: "reduce";
  readonly timezoneId?: string;
}

export interface TestBrowser {
  /** A page with nothing of the ones before in it. */
  newPage(options?: PageOptions): Promise<Page>;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args });
  return {
    newPage: async (options = {}) => {
      const context: BrowserContext = await browser.newContext(options);
      const page = await context.newPage();
      // Where the browser itself is being closed, it takes the context with it.
      page.once("close", () => void context.close().catch(() => {}));
      return page;
    },
    close: () => browser.close(),
  };
}
