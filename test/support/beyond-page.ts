import type { Page } from "playwright-core";

/** Tables scroll, names are cut on purpose, and what is for screen readers alone is nowhere. */
const mayReach = ".table-box, .chart, .name-head, .visually-hidden, .skip, .loading";

/** What reaches beyond the page's width, or beyond its row of choices, and cannot be read or reached. */
export async function beyondPage(page: Page): Promise<string[]> {
  return (await page.evaluate(`[...document.querySelectorAll("body *")].filter((one) => {
    if (one.closest("${mayReach}")) return false;
    const holder = one.closest(".segments") ?? document.body;
    return one.getBoundingClientRect().right > holder.getBoundingClientRect().right + 0.5;
  }).map((one) => one.outerHTML.slice(0, 160))`)) as string[];
}
