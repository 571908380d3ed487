import { type Clock, systemClock, type Timer } from "../clock.ts";
import { allVerbs, readVerbs } from "./access.ts";
import { SandboxApi } from "./api.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { GracePeriods } from "./grace-periods.ts";
import { kubeconfigYaml } from "./kubeconfig.ts";
import type { KubeletProblem } from "./kubelet.ts";
import { Kubelets, stoppedProblem } from "./kubelets.ts";
import { NodeNames, type Place } from "./node-names.ts";
import { internalAddress, kubeletPort, type NodeObject } from "./node-object.ts";
import type { StreamingLists } from "./node-routes.ts";
import { newNode, withEndpoint, withHeartbeat, withImages, withReady } from "./node-template.ts";
import { NodeStore, type StoreEvent } from "./store.ts";

export type SandboxOptions = {
  nodes?: number;
  zones?: number;
  /** TCP port of the API on 127.0.0.1; 0 takes a free one. */
  apiPort?: number;
  kubeletPort?: number;
  /** One listener for all kubelets: see KubeletsOptions. */
  sharedKubelets?: boolean;
  /** From a kubelet's silence to Ready Unknown; 40 s is the node lifecycle controller's grace period. */
  notReadyAfterMs?: number;
  /** Between two heartbeats of every node; 0 sends none. */
  heartbeatMs?: number;
  /** Between two bookmarks of a watch. */
  bookmarkMs?: number;
  /** How a list as a stream is answered; "served" where nothing is said. */
  streamingLists?: StreamingLists;
  /** How long a node's JSON is at least; filled up with container images, as real nodes are. */
  nodeBytes?: number;
  /** How many past events a watch may go back; 1000 by default, and more where there are many nodes. */
  eventLimit?: number;
  /** Told what happens, a line of plain words each. */
  announce?: (line: string) => void;
  clock?: Clock;
};

/** What became of a verb: `problem` says why nothing could be done, for people. */
export type Done = { ok: true } | { ok: false; problem: string };

const done: Done = { ok: true };

/**
 * Starts a Kubernetes API and one kubelet a node, all on loopback. Throws where that cannot be: a taken API
 * port, too few file descriptors for the nodes asked for.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const kubelets = await Kubelets.create({
    ...(options.kubeletPort !== undefined && { port: options.kubeletPort }),
    ...(options.sharedKubelets !== undefined && { shared: options.sharedKubelets }),
  });
  const certificates = await makeCertificates((options.clock ?? systemClock).unixMs());
  const sandbox = new Sandbox(options, kubelets, certificates);
  try {
    await sandbox.populate(options.nodes ?? 12);
    await sandbox.api.start();
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
  return sandbox;
}

export class Sandbox {
  readonly store: NodeStore;
  readonly kubelets: Kubelets;
  readonly api: SandboxApi;
  readonly caPem: string;
  /** May do everything. */
  readonly adminToken: string;
  /** May get, list and watch nodes. */
  readonly readerToken: string;
  /** May get and list nodes but not watch them: what the first PinGo asked for. */
  readonly listerToken: string;
  readonly #options: SandboxOptions;
  readonly #clock: Clock;
  readonly #notReadyAfterMs: number;
  readonly #names: NodeNames;
  readonly #gracePeriods: GracePeriods;
  #heartbeat: Timer | undefined;
  #errorsEnd: Timer | undefined;
  #unsubscribe: () => void = () => {};
  #stopped: Promise<void> | undefined;

  /** Use `startSandbox`. */
  constructor(options: SandboxOptions, kubelets: Kubelets, certificates: Certificates) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#notReadyAfterMs = options.notReadyAfterMs ?? 40_000;
    this.#names = new NodeNames(options.zones ?? 3, (name) => this.store.get(name) !== undefined);
    this.#gracePeriods = new GracePeriods(this.#clock, this.#notReadyAfterMs, (name) => this.#callNotReady(name));
    this.kubelets = kubelets;
    const unixMs = () => this.#clock.unixMs();
    const { apiPort, bookmarkMs, streamingLists } = options;
    // Room for a few events a node, so that one round of heartbeats does not push out what a client has yet to see.
    const eventLimit = options.eventLimit ?? Math.max(1000, 4 * (options.nodes ?? 0));
    this.store = new NodeStore({ unixMs, eventLimit });
    this.caPem = certificates.caPem;
    this.api = new SandboxApi({
      store: this.store,
      clock: this.#clock,
      certificates,
      port: apiPort ?? 0,
      ...(bookmarkMs !== undefined && { bookmarkMs }),
      ...(streamingLists !== undefined && { streamingLists }),
    });
    this.adminToken = this.api.access.grant("sandbox-admin", allVerbs, { admin: true });
    this.readerToken = this.api.access.grant("pingo", readVerbs);
    this.listerToken = this.api.access.grant("pingo-lister", ["get", "list"]);
  }

  get apiUrl(): string {
    return this.api.url;
  }

  /** The nodes' names in order. */
  nodeNames(): string[] {
    return this.store.list().map(({ metadata }) => metadata.name);
  }

  /** For kubectl: context `sandbox`, with the admin's token. */
  kubeconfig(): string {
    return kubeconfigYaml({ apiUrl: this.apiUrl, caPem: this.caPem, token: this.adminToken });
  }

  /** What a user of PinGo exports to watch this cluster. */
  environment(): Record<string, string> {
    return {
      PINGO_API: this.apiUrl,
      PINGO_TOKEN: this.readerToken,
      PINGO_CA: Buffer.from(this.caPem).toString("base64"),
    };
  }

  /** For `startSandbox`: the first nodes, spread evenly over the zones. */
  async populate(count: number): Promise<void> {
    const nodes = this.#names.first(count);
    const problem = await this.kubelets.openAll(nodes.map(({ name }) => name));
    if (problem !== undefined) throw new Error(`cannot start ${count} kubelets: ${problem}; try fewer nodes`);
    for (const place of nodes) this.#register(place);
    // Only now: the nodes above have their kubelets, those that come through the API get theirs from here.
    this.#unsubscribe = this.store.subscribe((event) => void this.#follow(event));
    this.#scheduleHeartbeat();
  }

  /** The kubelet ends and its port refuses; the node turns NotReady if that lasts. */
  async stopKubelet(name: string): Promise<Done> {
    return this.#setKubelet(name, "stopped", `kubelet of ${name} stops: its port now refuses connections`);
  }

  /** The node answers nothing any more and turns NotReady after `notReadyAfterMs`. */
  async goDark(name: string): Promise<Done> {
    return this.#setKubelet(name, "dark", `${name} goes dark: nothing answers at its address any more`);
  }

  /** The kubelet listens again and reports Ready. */
  async returnNode(name: string): Promise<Done> {
    const result = await this.#setKubelet(name, "listening", `${name} is back: its kubelet listens and reports Ready`);
    if (result.ok) this.store.update(name, (node) => withReady(node, "True", this.#clock.unixMs()));
    return result;
  }

  /** A new node, in the zone that has the fewest. Its name comes with the answer. */
  async join(): Promise<Done & { name?: string }> {
    const place = this.#names.next(this.nodeNames());
    const problem = await this.kubelets.openAll([place.name]);
    if (problem !== undefined) return this.#fail(`no node can join: ${problem}`);
    this.#announce(`${place.name} joins the cluster at ${this.kubelets.get(place.name)?.endpoint.address}`);
    this.#register(place);
    return { ok: true, name: place.name };
  }

  async leave(name: string): Promise<Done> {
    if (!this.store.get(name)) return this.#noSuchNode(name);
    this.#announce(`${name} leaves the cluster: it is deleted and its kubelet ends`);
    this.store.delete(name);
    return done;
  }

  /** The node gets another address, as after a reboot in a cloud; the kubelet moves there before the API says so. */
  async changeAddress(name: string): Promise<Done> {
    const node = this.store.get(name);
    if (!node) return this.#noSuchNode(name);
    const problem = await this.kubelets.move(name);
    const endpoint = this.kubelets.get(name)?.endpoint;
    if (problem !== undefined || !endpoint) return this.#fail(`${name} cannot move: ${problem}`);
    this.#announce(`${name} changes its address: ${internalAddress(node)} becomes ${endpoint.address}`);
    this.#gracePeriods.cancel(name);
    this.store.update(name, (current) => withEndpoint(withReady(current, "True", this.#clock.unixMs()), endpoint));
    return done;
  }

  async apiDown(): Promise<Done> {
    this.#announce("the API goes down: it refuses connections");
    await this.api.stop();
    return done;
  }

  /** Undoes `apiDown` and `apiErrors`. */
  async apiUp(): Promise<Done> {
    if (this.#hasStopped) return this.#fail(stoppedProblem);
    this.#errorsEnd?.cancel();
    this.api.setFault(undefined);
    try {
      await this.api.start();
      // Asked to stop while the port was being opened: what stops the sandbox has already been here.
      if (this.#hasStopped) await this.api.stop();
    } catch (error) {
      return this.#fail(`the API cannot listen at ${this.apiUrl}: ${error instanceof Error ? error.message : error}`);
    }
    this.#announce("the API is up");
    return done;
  }

  /** Every request is answered with 500 and the watches are cut, for `durationMs`. */
  async apiErrors(durationMs: number): Promise<Done> {
    if (this.#hasStopped) return this.#fail(stoppedProblem);
    this.#announce(`the API answers every request with 500, for ${durationMs / 1000} s`);
    this.api.setFault({ kind: "status", status: 500 });
    this.#errorsEnd?.cancel();
    this.#errorsEnd = this.#clock.setTimer(() => {
      this.api.setFault(undefined);
      this.#announce("the API answers as it should again");
    }, durationMs);
    return done;
  }

  /** Ends everything: no socket, timer or thread stays. Idempotent, and all callers wait for the one end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#unsubscribe();
    this.#heartbeat?.cancel();
    this.#errorsEnd?.cancel();
    this.#gracePeriods.cancelAll();
    await Promise.all([this.api.stop(), this.kubelets.stop()]);
  }

  get #hasStopped(): boolean {
    return this.#stopped !== undefined;
  }

  #announce(line: string): void {
    if (!this.#hasStopped) this.#options.announce?.(line);
  }

  #fail(problem: string): Done {
    return { ok: false, problem };
  }

  #noSuchNode(name: string): Done {
    return this.#fail(`there is no node ${JSON.stringify(name)}; "nodes" lists those there are`);
  }

  #register({ name, zone, index }: Place): void {
    const endpoint = this.kubelets.get(name)?.endpoint;
    if (!endpoint) return;
    const node = newNode({ name, zone, index, endpoint, nowUnixMs: this.#clock.unixMs() });
    this.store.create(withImages(node, this.#options.nodeBytes ?? 0));
  }

  async #setKubelet(name: string, state: "listening" | "stopped" | "dark", line: string): Promise<Done> {
    const kubelet = this.kubelets.get(name);
    if (this.#hasStopped) return this.#fail(stoppedProblem);
    if (!this.store.get(name)) return this.#noSuchNode(name);
    if (!kubelet) return this.#fail(`${name} has no kubelet here: its address is not on this machine's loopback`);
    const problem = await kubelet.set(state);
    if (problem !== undefined) return this.#fail(`the kubelet of ${name} is not ${state}: ${problem}`);
    if (this.#hasStopped) return this.#fail(stoppedProblem);
    // The node was deleted, or has moved, while the kubelet changed: its timer would be for another.
    if (this.kubelets.get(name) !== kubelet) return this.#fail(`${name} has left or moved in the meantime`);
    this.#announce(line);
    if (state === "listening") this.#gracePeriods.cancel(name);
    else this.#gracePeriods.begin(name);
    return done;
  }

  #callNotReady(name: string): void {
    this.#announce(`${name} was silent for ${this.#notReadyAfterMs / 1000} s: the cluster now calls it NotReady`);
    this.store.update(name, (node) => withReady(node, "Unknown", this.#clock.unixMs()));
  }

  /** Keeps kubelets where the API's users put nodes: created, deleted, or patched to another address. */
  async #follow({ type, node, previous }: StoreEvent): Promise<void> {
    const { name } = node.metadata;
    if (type === "DELETED") {
      this.#gracePeriods.cancel(name);
      this.kubelets.close(name);
      return;
    }
    const address = internalAddress(node);
    const port = kubeletPort(node);
    const moved = !previous || internalAddress(previous) !== address || kubeletPort(previous) !== port;
    if (!moved) return;
    if (!address || !/^127(\.\d{1,3}){3}$/.test(address) || port === 0) return this.kubelets.close(name);
    this.#report(name, await this.kubelets.open(name, { address, port }));
  }

  #report(name: string, problem: KubeletProblem): void {
    if (problem !== undefined) this.#announce(`${name} has no kubelet: ${problem}`);
  }

  #scheduleHeartbeat(): void {
    const { heartbeatMs = 0 } = this.#options;
    if (heartbeatMs <= 0) return;
    this.#heartbeat = this.#clock.setTimer(() => {
      for (const { metadata } of this.store.list()) this.#beat(metadata.name);
      this.#scheduleHeartbeat();
    }, heartbeatMs);
  }

  #beat(name: string): void {
    if (this.kubelets.state(name) !== "listening") return;
    this.store.update(name, (node: NodeObject) => withHeartbeat(node, this.#clock.unixMs()));
  }
}
