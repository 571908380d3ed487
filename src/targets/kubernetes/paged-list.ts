import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { ApiClient } from "./api-client.ts";
import { NodeListing } from "./list-nodes.ts";
import type { NodeIntake } from "./node-intake.ts";
import type { ApiProblem } from "./problem.ts";
import { mayAskAgain } from "./problem-kinds.ts";
import { RollCall } from "./roll-call.ts";

export interface PagedListOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly labelSelector: string;
  readonly intake: NodeIntake;
  readonly log: Log;
}

/** How the reading of a list ended. */
export type PagedListEnd =
  /** It is whole, and its nodes are taken in. */
  | { readonly resourceVersion: string; readonly answeredMs: number }
  /** A page did not come, or the whole is not to be believed. */
  | { readonly problem: ApiProblem }
  /** The API no longer has that list, and a new one can be read at once. */
  | "begin again";

/** A list whose continue token has expired is begun anew at once, so many times in a row. */
const maxRestarts = 3;
/** A page that fails is asked for again, so many times in a row, before the list is begun anew. */
const maxPageTries = 3;

/** Reads the list of nodes in pages, and goes on where it broke off. */
export class PagedList {
  readonly #options: PagedListOptions;
  #reading: { readonly listing: NodeListing; readonly roll: RollCall } | undefined;
  #pageTries = 0;
  #restarts = 0;

  constructor(options: PagedListOptions) {
    this.#options = options;
  }

  /** Whether there is a list to go on with. */
  get isUnderWay(): boolean {
    return this.#reading !== undefined;
  }

  /** To the list's end, or the first page that does not come. What it gives once `signal` is aborted says nothing. */
  async read(signal: AbortSignal): Promise<PagedListEnd> {
    const { client, clock, labelSelector, intake } = this.#options;
    this.#reading ??= { listing: new NodeListing({ client, clock, labelSelector }), roll: new RollCall() };
    const { listing, roll } = this.#reading;
    for (let isLast = false; !isLast; ) {
      const page = await listing.next(signal);
      if (signal.aborted) return "begin again";
      if ("problem" in page) return this.#afterNoPage(page.problem);
      this.#pageTries = 0;
      await intake.page(roll, page);
      isLast = page.isLast;
    }
    this.#reading = undefined;
    this.#restarts = 0;
    const problem = intake.complete(roll);
    return problem === undefined ? listing : { problem };
  }

  #afterNoPage(problem: ApiProblem): PagedListEnd {
    if (problem.reason === "expired" && this.#restarts < maxRestarts) {
      this.#restarts++;
      this.#reading = undefined;
      this.#options.log.debug("the API no longer has the list that was being read; from its beginning again");
      return "begin again";
    }
    this.#restarts = 0;
    this.#pageTries++;
    if (this.#pageTries >= maxPageTries || !mayAskAgain(problem)) {
      this.#reading = undefined;
      this.#pageTries = 0;
    }
    return { problem };
  }
}
