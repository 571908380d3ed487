import { setImmediate } from "node:timers/promises";
import { isProblem, type Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { Status } from "../../api/v1.ts";
import type { Clock } from "../../clock.ts";
import type { Outcome } from "../../outcome.ts";
import type { Target } from "../../target.ts";
import type { NodeFacts } from "../../targets/node.ts";
import { answerBytes } from "../answers/answer-bytes.ts";
import { OpenParts } from "../answers/csv/open-parts.ts";
import { reachesNow } from "../answers/moment.ts";
import { type FileParts, partsFrom } from "../file-parts.ts";
import type { HistoryReply } from "../history.ts";
import type { HistoryRecorder } from "../model.ts";
import type { Changed } from "../thread/protocol.ts";
import { PresentView } from "./present-view.ts";

/** The status of what keeps nothing, also before there is a history. */
export const nothingKept: Status["history"] & Pick<Status, "latencyIs"> = {
  kind: "none",
  sinceMs: null,
  bytes: null,
  problem: "",
  problemSinceMs: null,
  damagedFiles: 0,
  damagedMs: null,
  latencyIs: null,
};

/**
 * In a history's place where none is kept: knows how every target is now, and answers what is asked of now. It has no
 * thread, no timer and no file.
 */
export class Present implements HistoryRecorder {
  readonly #view: PresentView;
  readonly #files = new OpenParts();
  #lastFile = 0;
  readonly #listeners = new Set<(changed: Changed) => void>();

  constructor(clock: Clock) {
    this.#view = new PresentView(clock);
  }

  get recorder(): HistoryRecorder {
    return this;
  }

  status(): Status["history"] & Pick<Status, "latencyIs"> {
    return { ...nothingKept, latencyIs: this.#view.latencyIs };
  }

  async ask(question: Question): Promise<HistoryReply> {
    if (!this.#isOfNow(question)) return noHistory;
    // Those that wait for this one would else follow it in the same turn of the event loop, dozens of them, and nobody probes.
    await setImmediate();
    return answerBytes(this.#view, question);
  }

  /** As a file, part by part. */
  async read(question: Question): Promise<FileParts | Problem> {
    if (!this.#isOfNow(question)) return noHistory;
    const id = ++this.#lastFile;
    const first = this.#files.first(id, this.#view, question);
    if (isProblem(first)) return first;
    return partsFrom(
      first,
      async () => this.#files.next(id),
      () => this.#files.end(id),
    );
  }

  onChange(listener: (changed: Changed) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
  }

  added(target: Target): void {
    this.#view.enter(target);
    this.#changed(target.key);
  }

  removed(target: Target): void {
    this.#view.leave(target);
    this.#changed(target.key);
  }

  relabelled(target: Target): void {
    this.#view.relabel(target);
    this.#changed(target.key);
  }

  ended(target: Target, outcome: Outcome, isNews: boolean): void {
    if (this.#view.ended(target, outcome, isNews)) this.#changed(target.key);
  }

  node(cluster: string, node: NodeFacts): void {
    this.#view.nodeIs(cluster, node);
    this.#changed();
  }

  nodeGone(cluster: string, name: string): void {
    this.#view.nodeGone(cluster, name);
    this.#changed();
  }

  api(cluster: string, isUp: boolean): void {
    this.#view.apiIs(cluster, isUp);
    this.#changed();
  }

  #isOfNow({ ask, query }: Question): boolean {
    return ask === "targets" || (ask === "overview" && reachesNow(this.#view, query.toMs));
  }

  /** Whoever listens gathers: see http/api/changes.ts. */
  #changed(...keys: readonly string[]): void {
    for (const listener of this.#listeners) listener({ keys, isMore: false });
  }
}

const noHistory: Problem = {
  status: 404,
  type: "no-history",
  problem:
    "no history is kept here (--history none): /api/v1/overview and /api/v1/targets tell of now, nothing tells of before",
};
