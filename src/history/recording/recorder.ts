import type { Clock, Timer } from "../../clock.ts";
import type { Outcome } from "../../outcome.ts";
import { IdPool } from "../../schedule/id-pool.ts";
import type { Target } from "../../target.ts";
import type { NodeFacts } from "../../targets/node.ts";
import type { HistoryRecorder } from "../model.ts";
import type { Order } from "../thread/protocol.ts";
import { RecordBatch, recordLength } from "./record-batch.ts";
import { Retelling, stateOf } from "./retelling.ts";

/** The page is to show trouble within 3 s; this much of it is spent on the way to the keeper. */
const flushMs = 250;
/** The next message of a row of them: tens of thousands of targets in one would hold up this thread. */
const nextMessageMs = 5;
const ordersAtOnce = 500;
const recordsAtOnce = 8_192;
/** Messages that the keeper has not taken yet: at 65,000 targets about half a minute of handshakes. */
const messagesUnderWay = 100;
/** What a keeper that hangs may make this side hold; beyond it everything is told anew once it goes on. */
const ordersAtMost = 200_000;
/** Of them handshakes, 12 MB. */
const recordsHeldAtMost = 500_000;
/** Names of errnos that are told apart. */
const codesAtMost = 256;

export interface RecorderOptions {
  readonly clock: Clock;
  /** Sends orders to the keeper, which answers with a call of `taken`. False: there is no keeper at the moment. */
  readonly post: (orders: readonly Order[]) => boolean;
}

/** Takes what the program tells the history, and hands it on in pieces. */
export class Recorder implements HistoryRecorder {
  readonly #clock: Clock;
  readonly #post: RecorderOptions["post"];
  readonly #batch = new RecordBatch(recordsAtOnce);
  #orders: Order[] = [];
  /** Handshakes in `#orders`. */
  #recordsHeld = 0;
  /** Of each message that the keeper has not taken yet, how many handshakes it has. */
  readonly #underWay: number[] = [];
  /** When the keeper last took a message, or was sent the first of those under way. */
  #heardMs = 0;
  #timer: Timer | undefined;
  #stopped = false;
  /** Whether the keeper is to be told all from the beginning. Nothing is held meanwhile. */
  #isLost = false;
  /** What goes before `#orders` while a keeper is told all. */
  #retelling: Retelling | undefined;
  #dropped = 0;

  readonly #slots = new Map<string, number>();
  readonly #pool = new IdPool();
  readonly #targets: (Target | undefined)[] = [];
  readonly #nodes = new Map<string, Map<string, NodeFacts>>();
  readonly #apis = new Map<string, { isUp: boolean; detail: string }>();
  readonly #codes = new Map<string, number>([["", 0]]);

  constructor({ clock, post }: RecorderOptions) {
    this.#clock = clock;
    this.#post = post;
  }

  /** From now on there is a keeper: hands on by itself, a few times a second, and be it that time goes by. */
  start(): void {
    this.#arm(flushMs);
  }

  /** Handshakes that were not handed on because the keeper could not keep up, or was not there; or that it died with. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Orders that wait to be handed on. */
  get waiting(): number {
    return (this.#retelling?.left ?? 0) + this.#orders.length;
  }

  /** For so long has the keeper taken none of the messages that are under way; 0 where none is. */
  get silentMs(): number {
    return this.#underWay.length === 0 ? 0 : this.#clock.nowMs() - this.#heardMs;
  }

  added(target: Target, instead: Target | undefined): void {
    this.removed(target);
    const slot = this.#pool.take();
    this.#slots.set(target.key, slot);
    this.#targets[slot] = target;
    this.#order({ order: "added", slot, target, instead: instead?.address });
  }

  removed({ key }: Target): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#targets[slot] = undefined;
    this.#pool.giveBack(slot);
    this.#order({ order: "removed", slot });
  }

  relabelled(target: Target): void {
    const slot = this.#slots.get(target.key);
    if (slot === undefined) return;
    this.#targets[slot] = target;
    this.#order({ order: "relabelled", slot, target });
  }

  ended(target: Target, outcome: Outcome, isNews: boolean): void {
    const slot = this.#slots.get(target.key);
    if (slot === undefined || this.#stopped) return;
    const unixMs = this.#clock.unixMs();
    if (this.#batch.isFull) this.flush();
    if (!this.#batch.reaches(unixMs)) this.#closeBatch();
    const code = outcome.result === "ok" ? 0 : this.#codeOf(outcome.code);
    if (this.#isLost) this.#dropped++;
    else this.#batch.append(slot, outcome, isNews, code, unixMs);
  }

  node(cluster: string, node: NodeFacts): void {
    const ofCluster = this.#nodes.get(cluster) ?? new Map<string, NodeFacts>();
    this.#nodes.set(cluster, ofCluster);
    const before = ofCluster.get(node.name);
    ofCluster.set(node.name, node);
    if (before !== undefined && isSameState(before, node)) return;
    this.#order({ order: "node", cluster, node: stateOf(node) });
  }

  nodeGone(cluster: string, name: string): void {
    if (this.#nodes.get(cluster)?.delete(name) !== true) return;
    this.#order({ order: "node gone", cluster, name });
  }

  api(cluster: string, isUp: boolean, detail: string): void {
    if (this.#apis.get(cluster)?.isUp === isUp) return;
    this.#apis.set(cluster, { isUp, detail });
    this.#order({ order: "api", cluster, isUp, detail });
  }

  /** Hands on what there is, as far as the keeper keeps up. */
  flush(): void {
    this.#closeBatch();
    if (this.#underWay.length >= messagesUnderWay) return;
    if (this.#isLost) this.#tellAll();
    else this.#send(this.#take(ordersAtOnce));
  }

  /** The keeper has taken a message. */
  taken(): void {
    this.#underWay.shift();
    this.#heardMs = this.#clock.nowMs();
  }

  /** The keeper died: of what it was sent and has not taken, nobody knows whether anything was kept. */
  keeperDied(): void {
    for (const records of this.#underWay.splice(0)) this.#dropped += records;
  }

  /** There is another keeper, which knows nothing. */
  beginAnew(): void {
    this.keeperDied();
    this.#lose();
  }

  /** The last orders, whatever is under way; nothing is handed on after. */
  stop(): readonly Order[] {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#closeBatch();
    return this.#take(this.waiting);
  }

  #arm(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimer(() => {
      this.flush();
      this.#arm(this.waiting > 0 && this.#underWay.length < messagesUnderWay ? nextMessageMs : flushMs);
    }, delayMs);
  }

  /** What was recorded before an order goes before it: a slot may be another target's after. */
  #order(order: Order): void {
    if (this.#stopped || this.#isLost) return;
    this.#closeBatch();
    this.#orders.push(order);
    if (this.#orders.length > ordersAtMost) this.#lose();
  }

  #closeBatch(): void {
    const { size, baseUnixMs } = this.#batch;
    if (size === 0) return;
    const records = this.#batch.take();
    if (this.#recordsHeld + size > recordsHeldAtMost) {
      this.#dropped += size;
      return;
    }
    this.#recordsHeld += size;
    this.#orders.push({ order: "records", baseUnixMs, records });
  }

  #take(atMost: number): Order[] {
    const orders = this.#retelling?.take(atMost) ?? [];
    if (this.#retelling?.left === 0) this.#retelling = undefined;
    const rest = this.#orders.splice(0, atMost - orders.length);
    this.#recordsHeld -= recordsIn(rest);
    return [...orders, ...rest];
  }

  #send(orders: readonly Order[]): void {
    const records = recordsIn(orders);
    if (this.#post(orders)) this.#sent(records);
    else this.#lose(orders);
  }

  #sent(records: number): void {
    if (this.#underWay.length === 0) this.#heardMs = this.#clock.nowMs();
    this.#underWay.push(records);
  }

  /** What waits is of no use any more: whoever comes next has to be told everything. `orders`: those just refused. */
  #lose(orders: readonly Order[] = []): void {
    this.#isLost = true;
    this.#retelling = undefined;
    // What the batch says of slots may be of targets that have them no more.
    this.#dropped += recordsIn(orders) + this.#recordsHeld + this.#batch.take().length / recordLength;
    this.#orders = [];
    this.#recordsHeld = 0;
  }

  /** Asks with a single order whether there is a keeper: to make all of them for nobody, again and again, is dear. */
  #tellAll(): void {
    if (!this.#post([{ order: "anew" }])) return;
    this.#sent(0);
    this.#isLost = false;
    this.#retelling = new Retelling({
      codes: this.#codes,
      targets: this.#targets,
      nodes: this.#nodes,
      apis: this.#apis,
    });
  }

  #codeOf(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    if (this.#codes.size === codesAtMost) return 0;
    const code = this.#codes.size;
    this.#codes.set(name, code);
    this.#order({ order: "code", code, name });
    return code;
  }
}

function recordsIn(orders: readonly Order[]): number {
  return orders.reduce((sum, order) => sum + (order.order === "records" ? order.records.length / recordLength : 0), 0);
}

function isSameState(a: NodeFacts, b: NodeFacts): boolean {
  return a.ready.status === b.ready.status && a.ready.reason === b.ready.reason && a.unschedulable === b.unschedulable;
}
