import { type Clock, systemClock } from "../../src/clock.ts";
import { createLog } from "../../src/log.ts";
import { ApiClient } from "../../src/targets/kubernetes/api-client.ts";
import { NodeFollower } from "../../src/targets/kubernetes/node-follower.ts";
import { eventually } from "./eventually.ts";
import { openAccess } from "./open-access.ts";
import { RecordingSink } from "./recording-sink.ts";

/** Where the API is and what it asks for. */
export interface ApiParts {
  readonly url: URL;
  readonly caPem?: string;
  readonly token?: string;
}

export interface FollowingOptions {
  readonly access: ApiParts;
  readonly clock?: Clock;
  readonly scanMs?: number;
  readonly sink?: RecordingSink;
}

/** A follower at work, and all that it told of. */
export class Following {
  readonly sink: RecordingSink;
  readonly problems: string[] = [];
  readonly restarts: string[] = [];
  readonly requests: string[] = [];
  logged = "";
  syncs = 0;
  readonly #client: ApiClient;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;

  constructor({ access, clock = systemClock, scanMs = 60_000, sink = new RecordingSink() }: FollowingOptions) {
    this.sink = sink;
    const log = createLog({
      format: "text",
      level: "debug",
      write: (line) => {
        this.logged += line;
      },
      unixMs: () => clock.unixMs(),
      secrets: () => [],
    });
    this.#client = new ApiClient({
      access: openAccess({ ...access, clock }),
      clock,
      report: ({ verb, status }) => this.requests.push(`${verb} ${status}`),
    });
    const follower = new NodeFollower({
      client: this.#client,
      apiName: "https://api.test",
      sink,
      report: {
        synced: () => this.syncs++,
        watchRestarted: (reason) => this.restarts.push(reason),
        problem: (reason) => this.problems.push(reason),
        failed: () => {},
      },
      log,
      clock,
      random: () => 0.5,
      labelSelector: "",
      scanMs,
    });
    this.#running = follower.run(this.#ending.signal);
  }

  /** Ends it; nothing of it may be left. */
  async end(): Promise<void> {
    this.#ending.abort();
    this.#client.close();
    await this.#running;
  }

  /** Waits in real time. */
  until(what: string, holds: () => boolean, limitMs?: number): Promise<void> {
    return eventually(() => `${what}\n${this.logged}`, holds, limitMs);
  }
}
