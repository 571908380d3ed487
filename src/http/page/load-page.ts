import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Page } from "./page-file.ts";
import { readReadyPage } from "./ready-page.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Where a page that was made ahead of time stands in what is given away; in a clone, `npm run page` puts one there. */
export const readyFolder = `${root}web/ready`;

/**
 * The page as it stands ready in `folder`, or else made of its sources. Rejects where a file of it is missing or wrong: a
 * fault of this program's own.
 */
export async function loadPage(folder = readyFolder): Promise<Page> {
  return (await readReadyPage(folder)) ?? (await makeInThread());
}

/** The thread ends thereafter: making the page keeps a processor busy for some 0.3 s, in which no handshake could be started. */
async function makeInThread(): Promise<Page> {
  const own = import.meta.url;
  const suffix = own.slice(own.lastIndexOf("."));
  const worker = new Worker(new URL(`./page-worker${suffix}`, own), { workerData: root });
  const [page] = (await once(worker, "message")) as [Page];
  return page;
}
