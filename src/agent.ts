import { type Clock, systemClock } from "./clock.ts";
import { type ApiConfig, type Config, defaultTimeoutMs } from "./config/config.ts";
import { createProbing, type ProbingEngine } from "./handshake/create-engine.ts";
import { maxHandshakesInFlight } from "./handshake/descriptor-limit.ts";
import type { ProbeListener } from "./handshake/probing.ts";
import { type Answer, HttpServer, text } from "./http/server.ts";
import type { Log } from "./log.ts";
import { contentType, labelText, pageChunks } from "./metrics/exposition.ts";
import { nodeFamilies } from "./metrics/node-metrics.ts";
import { ProcessMetrics } from "./metrics/process-metrics.ts";
import { TargetMetrics } from "./metrics/target-metrics.ts";
import { ReachabilityLog } from "./reachability-log.ts";
import { ApiClient } from "./targets/kubernetes/api-client.ts";
import { NodeFollower } from "./targets/kubernetes/node-follower.ts";
import type { TokenSource } from "./targets/kubernetes/token.ts";
import { type TargetListener, TargetSet } from "./targets/target-set.ts";
import { count, formatMs } from "./units.ts";
import { revision, version } from "./version.ts";

/** What the outside brings; tests bring their own. */
export interface AgentParts {
  readonly log: Log;
  readonly token: TokenSource;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** The whole program from targets to metrics. This is the one place where its parts are put together. */
export class Agent {
  readonly #config: Config;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #client: ApiClient;
  readonly #nodes: TargetSet;
  readonly #targetMetrics = new TargetMetrics();
  readonly #processMetrics: ProcessMetrics;
  readonly #reachability: ReachabilityLog;
  #engine: ProbingEngine | undefined;
  readonly #follower: NodeFollower;
  readonly #http: HttpServer;
  readonly #ending = new AbortController();
  readonly #cluster: string;
  readonly #apiLabels: string;
  #starting: Promise<number> | undefined;
  #following: Promise<void> | undefined;
  #synced = false;

  constructor(config: Config, api: ApiConfig, parts: AgentParts) {
    const { log, clock = systemClock, random = Math.random } = parts;
    this.#config = config;
    this.#log = log;
    this.#cluster = api.cluster;
    this.#apiLabels = labelText({ name: "API", target: api.name });
    this.#clock = clock;
    this.#reachability = new ReachabilityLog(log, clock);
    this.#processMetrics = new ProcessMetrics({
      cluster: this.#cluster,
      version: version(),
      revision: revision(),
      clock,
    });
    this.#nodes = new TargetSet(this.#cluster, config, this.#targetListener());
    this.#client = new ApiClient({
      access: { url: api.url, caPem: api.caPem, token: () => parts.token.current() },
      clock,
      report: (report) => this.#processMetrics.request(report),
    });
    this.#follower = new NodeFollower({
      client: this.#client,
      apiName: api.name,
      sink: this.#nodes,
      report: {
        synced: () => this.#noteSync(),
        watchRestarted: (reason) => this.#processMetrics.watchRestarted(reason),
        problem: (reason) => this.#processMetrics.problem(reason),
        failed: () => this.#processMetrics.apiFailed(),
      },
      log,
      clock,
      random,
      labelSelector: config.nodeSelector,
      scanMs: config.scanMs,
    });
    this.#http = new HttpServer(this.#routes(), (path, error) => log.error(`${path} failed: ${error.stack}`));
  }

  /**
   * Listens, then begins to follow the API and to probe; resolves with the port. Rejects where it cannot listen, or
   * where this system has not the engine that is wanted.
   */
  start(): Promise<number> {
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<number> {
    this.#engine = await this.#createEngine();
    this.#processMetrics.engineIs(this.#engine.engine.name);
    const port = await this.#http.listen(this.#config.listen);
    this.#following = this.#follower.run(this.#ending.signal);
    return port;
  }

  /** Ends everything: no socket, timer or request is left. Can be called again. */
  async stop(): Promise<void> {
    this.#ending.abort();
    // What is being started has to be there before it can be ended.
    await this.#starting?.catch(() => {});
    this.#engine?.probing.stop();
    this.#client.close();
    await Promise.all([this.#engine?.engine.stop(), this.#http.stop(), this.#following]);
    this.#reachability.flush();
  }

  #createEngine(): Promise<ProbingEngine> {
    const { engine: config, probeMs, timeoutMs = defaultTimeoutMs(probeMs) } = this.#config;
    const restarted = () => this.#processMetrics.engineRestarted();
    return createProbing(
      { config, clock: this.#clock, log: this.#log, restarted },
      { intervalMs: probeMs, timeoutMs, maxInFlight: maxHandshakesInFlight(), listener: this.#probeListener() },
    );
  }

  #targetListener(): TargetListener {
    return {
      added: (target, instead) => {
        this.#targetMetrics.add(target);
        this.#engine?.probing.add(target);
        if (instead !== undefined) this.#reachability.moved(target, instead);
        else if (this.#synced) this.#reachability.joined(target);
      },
      removed: (target, next) => {
        this.#engine?.probing.remove(target.key);
        this.#targetMetrics.remove(target.key);
        if (next === undefined) this.#reachability.left(target);
        else if (next.state !== "probed") this.#reachability.unprobed(target.node, next.why);
      },
      unprobed: (node, why) => {
        if (this.#synced) this.#reachability.unprobed(node.name, why);
      },
      readinessChanged: (node) => this.#reachability.readinessChanged(node),
      relabelled: (target) => {
        this.#targetMetrics.relabel(target);
        this.#engine?.probing.relabel(target);
      },
    };
  }

  #probeListener(): ProbeListener {
    return {
      started: (_target, lagMs) => this.#processMetrics.handshakeStarted(lagMs),
      ended: (target, outcome) => {
        this.#targetMetrics.record(target.key, outcome);
        this.#reachability.record(target, outcome);
      },
      skipped: (_target, reason, rounds) => {
        this.#processMetrics.skipped(reason, rounds);
        if (reason === "late") this.#reachability.heldUp(rounds);
      },
    };
  }

  #noteSync(): void {
    this.#processMetrics.synced();
    if (this.#synced) return;
    this.#synced = true;
    const { probed, no_address, no_port } = this.#nodes.countByState();
    this.#log.info(`probing ${count(probed, "node")}, each every ${formatMs(this.#config.probeMs)}`, {
      without_address: no_address,
      without_port: no_port,
    });
  }

  #routes() {
    return {
      "/": () => text(200, landing),
      "/metrics": () => this.#metrics(),
      "/healthz": () => text(200, "ok\n"),
      "/readyz": () =>
        this.#synced ? text(200, "ok\n") : text(503, "not ready: the API has not named the nodes yet\n"),
    };
  }

  async #metrics(): Promise<Answer> {
    // First what takes a moment: from the copy of the counters on nothing may come between.
    const own = await this.#processMetrics.text();
    const api = { labels: this.#apiLabels, counts: { ...this.#processMetrics.api } };
    const page = this.#targetMetrics.page();
    const families = [...page.families([api]), ...nodeFamilies(this.#cluster, this.#nodes)];
    return { status: 200, contentType, body: pageChunks(families, own), sent: () => page.free() };
  }
}

const landing = `PinGo: is it the network?

/metrics   what was measured, for Prometheus
/healthz   200 while this program runs
/readyz    200 once the nodes are known
`;
