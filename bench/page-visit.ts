import type { CDPSession, Page } from "playwright-core";
import type { TestBrowser } from "../test/support/browser.ts";

/** A page that is open and watched. */
export interface Opened {
  readonly page: Page;
  readonly session: CDPSession;
  /** From the address to painted strips. */
  readonly openMs: number;
}

/** Runs in the page before its own script: tells when strips have been painted. */
const watcher = `
  const isPainted = () => (document.querySelector(".strip canvas")?.width ?? 300) !== 300;
  const axis = () => document.querySelector(".ticks")?.textContent ?? "";
  const when = (holds) => new Promise((done) => {
    // A frame is on the screen once the next one is begun.
    const look = () => (holds() ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look));
    look();
  });
  window.opened = when(isPainted);
  window.watchRange = () => {
    const before = axis();
    let beganMs = 0;
    addEventListener("click", ({ timeStamp }) => (beganMs = timeStamp), { capture: true, once: true });
    window.ranged = when(() => axis() !== before && isPainted()).then((endMs) => endMs - beganMs);
  };
`;

/** A window with nothing in its cache. What a browser has to do for a window of its own is over. */
export async function openWindow(of: TestBrowser): Promise<Pick<Opened, "page" | "session">> {
  const page = await of.newPage({ viewport: { width: 1_440, height: 900 } });
  await page.addInitScript(watcher);
  await page.waitForTimeout(2_000);
  return { page, session: await page.context().newCDPSession(page) };
}

export async function openPage(of: TestBrowser, url: string): Promise<Opened> {
  const opened = await openWindow(of);
  return { ...opened, openMs: await goTo(opened.page, url) };
}

/** Resolves with the milliseconds from the address to painted strips. */
export async function goTo(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: "commit" });
  return (await page.evaluate("window.opened")) as number;
}

/** Milliseconds from a click on a range to the first frame with its time axis and painted strips. */
export async function changeRange(page: Page, range: string): Promise<number> {
  await page.evaluate("window.watchRange()");
  await page.getByText(range, { exact: true }).first().click();
  return (await page.evaluate("window.ranged")) as number;
}

/** To the bottom and back, as a wheel does. */
export async function scrollThrough(page: Page): Promise<void> {
  await page.mouse.move(700, 500);
  for (const deltaY of [400, -400]) {
    for (let turn = 0; turn < 40; turn++) {
      await page.mouse.wheel(0, deltaY);
      await page.waitForTimeout(30);
    }
  }
}
