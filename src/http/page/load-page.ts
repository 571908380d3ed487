import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Page } from "./page-file.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * Makes the page in a thread that ends thereafter: taking the types out of it keeps a processor busy for some 0.1 s, in
 * which no handshake could be started. Rejects where a file is missing or no TypeScript: a fault of this program's own.
 */
export async function loadPage(): Promise<Page> {
  const own = import.meta.url;
  const suffix = own.slice(own.lastIndexOf("."));
  const worker = new Worker(new URL(`./page-worker${suffix}`, own), { workerData: root });
  const [page] = (await once(worker, "message")) as [Page];
  return page;
}
