import assert from "node:assert/strict";
import type { FakeClock } from "./fake-clock.ts";
import { Following } from "./following.ts";
import type { ScriptedApi } from "./scripted-api.ts";

/** A follower of a scripted API, on a clock that moves in steps. */
export class ScriptedFollowing extends Following {
  readonly #api: ScriptedApi;
  readonly #clock: FakeClock;

  private constructor(url: URL, api: ScriptedApi, clock: FakeClock) {
    super({ access: { url }, clock });
    this.#api = api;
    this.#clock = clock;
  }

  static async start(api: ScriptedApi, clock: FakeClock): Promise<ScriptedFollowing> {
    return new ScriptedFollowing(await api.start(), api, clock);
  }

  /** Ends the API too. */
  override async end(): Promise<void> {
    await super.end();
    await this.#api.stop();
    assert.equal(this.#clock.pendingTimers, 0, "a timer is left");
  }

  /** Lets the clock and the network go on until `holds`. */
  async advanceUntil(what: string, holds: () => boolean, stepMs = 100): Promise<void> {
    const endMs = performance.now() + 15_000;
    while (!holds()) {
      if (performance.now() > endMs) assert.fail(`never happened: ${what}\n${this.logged}`);
      await this.#clock.advance(stepMs);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}
