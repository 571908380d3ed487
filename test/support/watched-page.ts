import type { Page } from "playwright-core";
import type { PageOptions, TestBrowser } from "./browser.ts";

/** A page in a browser, and all that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors of the console, violations of the policy, exceptions, requests to other hosts. */
  readonly faults: string[];
}

/** What the browser itself says of a server that is away; the page tells it to people. */
const awayPattern =
  /net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)|Failed to load resource/;

export async function openWatched(browser: TestBrowser, url: string, options: PageOptions = {}): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 }, timezoneId: "UTC", ...options });
  const faults: string[] = [];
  const { host } = new URL(url);
  page.on("console", (message) => {
    const isFault = message.type() === "error" || message.type() === "warning";
    if (isFault && !awayPattern.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.stack}`));
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== "data:" && asked.host !== host) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults };
}
