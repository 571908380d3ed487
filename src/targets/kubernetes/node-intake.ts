import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { formatMs } from "../../units.ts";
import type { NodeFacts } from "../node.ts";
import type { ListedNodes } from "./list-nodes.ts";
import type { ApiProblem } from "./problem.ts";
import type { NodeFlaw } from "./read-node.ts";
import type { RollCall } from "./roll-call.ts";
import { Slices } from "./slices.ts";
import type { WatchEvent } from "./watch-nodes.ts";

/** Where the nodes go: `TargetSet`, or a list in a test. */
export interface NodeSink {
  readonly size: number;
  upsert(node: NodeFacts): void;
  remove(nodeName: string): void;
  /** Removes all nodes but those. */
  keepOnly(keeps: (nodeName: string) => boolean): void;
}

export interface IntakeOptions {
  readonly sink: NodeSink;
  readonly log: Log;
  readonly clock: Clock;
  readonly scanMs: number;
  /** Told of each object that is no node. */
  readonly badNode: () => void;
}

/** Objects that cannot be read are told of once each, up to so many. */
const maxToldFlaws = 100;
/**
 * An answer that would take away every known node has to come this many times, and for twice as long as a scan, before
 * it is believed.
 */
const emptyToBelieve = { lists: 3, scans: 2 };

/**
 * Hands on what lists and watches say. That a node is there is a fact as soon as it is read; that one is not, only
 * once a list is whole and to be believed.
 */
export class NodeIntake {
  readonly #options: IntakeOptions;
  readonly #toldFlaws = new Set<string>();
  /** Lists without a node, one after the other. */
  #empty: { lists: number; readonly sinceMs: number } | undefined;
  #surplus = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** How many nodes the API should count: those that are known and, as of the last list, those that cannot be read. */
  get expectedCount(): number {
    return this.#options.sink.size + this.#surplus;
  }

  /** A part of a list. */
  async page(roll: RollCall, { nodes, flaws }: ListedNodes): Promise<void> {
    const slices = new Slices(this.#options.clock);
    for (const flaw of flaws) this.#unreadable(roll, flaw);
    for (const node of nodes) {
      if (roll.listed(node.name)) this.#options.sink.upsert(node);
      await slices.giveWay();
    }
  }

  /** An event of a list that comes as a stream; changes may be among them. */
  initialEvent(roll: RollCall, event: WatchEvent): void {
    if (event.type === "put") roll.streamed(event.node.name);
    if (event.type === "delete") roll.left(event.name);
    if (event.type === "flaw") roll.unreadable(event.flaw);
    this.change(event);
  }

  change(event: WatchEvent): void {
    const { sink } = this.#options;
    if (event.type === "put") sink.upsert(event.node);
    else if (event.type === "delete") sink.remove(event.name);
    else if (event.type === "flaw") this.#note(event.flaw);
  }

  /** The list is whole: who was not named is gone. Or why it is not to be believed. */
  complete(roll: RollCall): ApiProblem | undefined {
    const { sink, log, clock, scanMs } = this.#options;
    if (roll.nodes > 0 || sink.size === 0) {
      this.#empty = undefined;
    } else {
      this.#empty ??= { lists: 0, sinceMs: clock.nowMs() };
      const lists = ++this.#empty.lists;
      const lastMs = emptyToBelieve.scans * scanMs;
      if (lists < emptyToBelieve.lists || clock.nowMs() - this.#empty.sinceMs < lastMs) return unbelieved(lastMs);
      log.warn(`the API has had no node in ${lists} lists; none is probed any more`);
    }
    sink.keepOnly((name) => roll.mayHave(name));
    this.#surplus = roll.items - sink.size;
    return undefined;
  }

  #unreadable(roll: RollCall, flaw: NodeFlaw): void {
    roll.unreadable(flaw);
    this.#note(flaw);
  }

  #note({ name, flaw }: NodeFlaw): void {
    this.#options.badNode();
    const told = `${name} ${flaw}`;
    if (this.#toldFlaws.has(told) || this.#toldFlaws.size >= maxToldFlaws) return;
    this.#toldFlaws.add(told);
    const which = name === "" ? "an object" : `node ${name}`;
    this.#options.log.warn(`the API sends ${which} that cannot be read: ${flaw}; what was known of it stays`);
  }
}

function unbelieved(lastMs: number): ApiProblem {
  const detail = `it answers a list without a single node, which is believed once it has lasted ${formatMs(lastMs)}`;
  return { reason: "bad_answer", detail };
}
