import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { workerEntry } from "../../worker-entry.ts";
import type { Page } from "./page-file.ts";
import { readReadyPage } from "./ready-page.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * Where a page that was made ahead of time stands: beside what was compiled; in a clone, which never looks there, where
 * `npm run page` puts one.
 */
export const readyFolder = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../../web/ready" : "../../page", import.meta.url),
);

/**
 * The page as it stands ready in `folder`, or else made of its sources. Rejects where a file of it is missing or wrong: a
 * fault of this program's own.
 */
export async function loadPage(folder = readyFolder): Promise<Page> {
  return (await readReadyPage(folder)) ?? (await makeInThread());
}

/** The thread ends thereafter: making the page keeps a processor busy for some 0.3 s, in which no handshake could be started. */
async function makeInThread(): Promise<Page> {
  const worker = new Worker(workerEntry("./page-worker", import.meta.url), { workerData: root });
  const [page] = (await once(worker, "message")) as [Page];
  return page;
}
