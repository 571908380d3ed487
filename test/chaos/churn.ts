import type { Sandbox } from "../../src/sandbox/cluster.ts";
import { internalAddress, kubeletPort, type NodeObject } from "../../src/sandbox/node-object.ts";
import { withReady } from "../../src/sandbox/node-template.ts";
import type { Random } from "./random.ts";

/** How many nodes come and go; the untouched ones are beside these. */
const movingNodes = { min: 6, max: 20 };
const pauseMs = { min: 100, max: 900 };
/** Now and then as many at once as when a node group is rolled. */
const burst = { odds: 0.08, size: 8 };

/** Changes the nodes of a sandbox all the while, behind the API's back: what it does is never refused. */
export class Churn {
  /** How many changes were made. */
  changes = 0;
  /** Every `node address` there ever was. */
  readonly everSeen = new Set<string>();
  readonly #sandbox: Sandbox;
  readonly #untouched: ReadonlySet<string>;
  readonly #random: Random;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #goesOn = false;

  constructor(sandbox: Sandbox, untouched: ReadonlySet<string>, random: Random) {
    this.#sandbox = sandbox;
    this.#untouched = untouched;
    this.#random = random;
    for (const node of sandbox.store.list()) this.everSeen.add(targetOf(node));
    this.#unsubscribe = sandbox.store.subscribe(({ node }) => this.everSeen.add(targetOf(node)));
  }

  resume(): void {
    this.#goesOn = true;
    this.#scheduleNext();
  }

  /** Once this resolves, nothing changes until `resume`. */
  async pause(): Promise<void> {
    this.#goesOn = false;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async stop(): Promise<void> {
    await this.pause();
    this.#unsubscribe();
  }

  /** One change of the nodes. */
  async change(): Promise<void> {
    const names = this.#sandbox.nodeNames().filter((name) => !this.#untouched.has(name));
    const { min, max } = movingNodes;
    const kind = this.#random.pick(["join", "leave", "move", "ready", "recreate"] as const);
    const name = this.#random.pick(names);
    this.changes++;
    if (names.length <= min || (kind === "join" && names.length < max)) await this.#sandbox.join();
    else if (kind === "leave" || kind === "join") await this.#sandbox.leave(name);
    else if (kind === "move") await this.#sandbox.changeAddress(name);
    else if (kind === "ready") this.#turnReady(name);
    else this.#recreate(name);
  }

  #scheduleNext(): void {
    if (!this.#goesOn) return;
    this.#timer = setTimeout(
      () => {
        this.#running = this.#changeSome().then(() => this.#scheduleNext());
      },
      this.#random.between(pauseMs.min, pauseMs.max),
    );
  }

  async #changeSome(): Promise<void> {
    const count = this.#random.chance(burst.odds) ? burst.size : 1;
    for (let index = 0; index < count; index++) await this.change();
  }

  #turnReady(name: string): void {
    this.#sandbox.store.update(name, (node) => withReady(node, isReady(node) ? "Unknown" : "True", Date.now()));
  }

  /** Under its old name and address, and yet another node: it has another uid. */
  #recreate(name: string): void {
    const node = this.#sandbox.store.get(name);
    if (node === undefined) return;
    const { labels = {}, annotations = {} } = node.metadata;
    this.#sandbox.store.delete(name);
    this.#sandbox.store.create({ ...node, metadata: { name, labels, annotations } });
  }
}

export function isReady(node: NodeObject): boolean {
  return node.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** `node address`, as a target is known on the metrics page. */
export function targetOf(node: NodeObject): string {
  return `${node.metadata.name} ${internalAddress(node)}:${kubeletPort(node)}`;
}
