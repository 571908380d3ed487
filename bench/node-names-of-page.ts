import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/** The targets that a page of metrics names, read as it comes. */
export class NodeNamesOfPage {
  readonly names = new Set<string>();
  /** How many targets are probed, which the page says in one line. */
  count = 0;
  /**
   * The longest pause of the main thread since the last page. Node's monitor is a timer of 10 ms and tells how long after
   * the last call each call came, so that these 10 ms are none of it.
   */
  longestBlockMs = 0;

  static async fetch(port: number): Promise<NodeNamesOfPage> {
    const page = new NodeNamesOfPage();
    const { body } = await fetch(`http://127.0.0.1:${port}/metrics`);
    if (body === null) throw new Error("/metrics has no body");
    for await (const line of createInterface({ input: Readable.fromWeb(body) })) page.#take(line);
    return page;
  }

  /** Begins a new count of pauses. The page itself is not waited for: most of it is then never made. */
  static async forgetPauses(port: number): Promise<void> {
    const { body } = await fetch(`http://127.0.0.1:${port}/metrics`);
    await body?.cancel();
  }

  #take(line: string): void {
    if (line.startsWith("pingo_target_info{")) {
      const name = /[{,]node="([^"]*)"/.exec(line)?.[1];
      if (name !== undefined) this.names.add(name);
    } else if (line.startsWith("pingo_targets{") && line.includes('state="probed"')) this.count = numberIn(line);
    else if (line.startsWith("nodejs_eventloop_lag_max_seconds ")) this.longestBlockMs = numberIn(line) * 1e3 - 10;
  }
}

function numberIn(line: string): number {
  return Number(line.slice(line.lastIndexOf(" ") + 1));
}
