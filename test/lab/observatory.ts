import assert from "node:assert/strict";
import { once } from "node:events";
import type { Sample } from "../support/prometheus.ts";
import type { LabHost } from "./lab.ts";
import type { Answer, WatchedOrder, Wish } from "./watched-cluster.ts";

const watchedCluster = new URL("./watched-cluster.ts", import.meta.url);

/** watched-cluster.ts at work on a host of the lab, where this process cannot reach it but by its messages. */
export class Observatory {
  readonly #child: ReturnType<LabHost["converse"]>;
  readonly #exited: Promise<unknown>;
  #said = "";

  private constructor(child: ReturnType<LabHost["converse"]>) {
    this.#child = child;
    // Not "close": that does not come where this side has let go of the channel.
    this.#exited = once(child, "exit");
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        this.#said += chunk;
      });
    }
  }

  /** Resolves when the rules are being evaluated. */
  static async start(host: LabHost, order: WatchedOrder): Promise<Observatory> {
    const observatory = new Observatory(host.converse(watchedCluster, order));
    await observatory.#answer();
    return observatory;
  }

  async query(expression: string): Promise<Sample[]> {
    const answer = await this.#wish({ do: "query", expression });
    if (typeof answer === "object" && "samples" in answer) return answer.samples;
    throw new Error(`${expression} was answered with ${JSON.stringify(answer)}`);
  }

  /** Takes the API away, or gives it back. */
  async setApi(state: "up" | "down"): Promise<void> {
    assert.equal(await this.#wish({ do: `api ${state}` }), "done");
  }

  async prometheusLog(): Promise<string> {
    const answer = await this.#wish({ do: "read Prometheus' log" });
    return typeof answer === "object" && "log" in answer ? answer.log : "";
  }

  /** Ends all three, and takes what they wrote with them. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  #wish(wish: Wish): Promise<Answer> {
    this.#child.send(wish);
    return this.#answer();
  }

  async #answer(): Promise<Answer> {
    const ended = this.#exited.then(() => assert.fail(`the watched cluster has ended:\n${this.#said}`));
    const [answer] = (await Promise.race([once(this.#child, "message"), ended])) as [Answer];
    return answer;
  }
}
