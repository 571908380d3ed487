import { hostname } from "node:os";
import type { Status } from "./api/v1.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Config, defaultTimeoutMs } from "./config/config.ts";
import { createProbing, type ProbingEngine } from "./handshake/create-engine.ts";
import { maxHandshakesInFlight } from "./handshake/descriptor-limit.ts";
import type { ProbeListener } from "./handshake/probing.ts";
import { History } from "./history/history.ts";
import { nothingKept, Present } from "./history/present/present.ts";
import { PrometheusHistory } from "./history/prometheus/prometheus-history.ts";
import { Api } from "./http/api/api.ts";
import type { ApiSource } from "./http/api/source.ts";
import type { ListenAddress } from "./http/listen-address.ts";
import { pageOnDemand } from "./http/page/page-on-demand.ts";
import { type Answer, busy, HttpServer, type Route, type RouteRequest, text } from "./http/server.ts";
import { type Slot, Slots } from "./http/slots.ts";
import type { WebSecurity } from "./http/web-config/web-security.ts";
import { type Log, withFacts } from "./log.ts";
import type { ApiRecorder } from "./metrics/api-metrics.ts";
import { negotiate } from "./metrics/exposition/format.ts";
import { pageChunks } from "./metrics/exposition/page-writer.ts";
import { BucketBounds } from "./metrics/histogram/bucket-bounds.ts";
import type { LegacyApi } from "./metrics/legacy-series.ts";
import { type Snapshot, takeSnapshot, writesCreated } from "./metrics/metrics-page.ts";
import { ProcessMetrics } from "./metrics/process-metrics.ts";
import { TargetMetrics } from "./metrics/target-metrics.ts";
import { Pusher } from "./push/pusher.ts";
import { ReachabilityLog } from "./reachability-log.ts";
import { followSource } from "./targets/follow-source.ts";
import { ClusterSource, type ClusterSourceOptions } from "./targets/kubernetes/cluster-source.ts";
import type { OpenCluster } from "./targets/kubernetes/open-cluster.ts";
import type { TargetSource } from "./targets/source.ts";
import { FileSource } from "./targets/static/file-source.ts";
import { staticCluster } from "./targets/static/static-entry.ts";
import type { TargetListener } from "./targets/target-set.ts";
import { count, formatMs } from "./units.ts";
import { revision, version } from "./version.ts";

/** What the outside brings; tests bring their own. */
export interface AgentParts {
  readonly log: Log;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Who may read what is measured; everybody where it is undefined. */
  readonly security?: WebSecurity | undefined;
}

/** The history cannot be used as it is wanted; the message says why, and what to do. */
export class HistoryError extends Error {}

/** The whole program from targets to metrics. This is the one place where its parts are put together. */
export class Agent {
  /** Found out once: git is asked, which takes its time. */
  readonly #build = { version: version(), revision: revision() };
  readonly #config: Config;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #sources: readonly TargetSource[];
  readonly #targetMetrics: TargetMetrics;
  readonly #processMetrics: ProcessMetrics;
  readonly #reachability: ReachabilityLog;
  /** The APIs in the first PinGo's families. */
  readonly #legacyApis: LegacyApi[] = [];
  #engine: ProbingEngine | undefined;
  /** Undefined before the start, and where a Prometheus keeps one. */
  #history: History | Present | undefined;
  /** Reads the history that a Prometheus keeps; undefined where none does. */
  readonly #prometheus: PrometheusHistory | undefined;
  readonly #http: HttpServer;
  readonly #api: Api;
  readonly #startedMs: number;
  readonly #pusher: Pusher | undefined;
  readonly #ending = new AbortController();
  /** For the pages that are being sent. */
  readonly #slots = new Slots(maxPages, stalledPageMs, () => performance.now());
  #starting: Promise<readonly ListenAddress[]> | undefined;
  #following: Promise<unknown> | undefined;

  constructor(config: Config, clusters: readonly OpenCluster[], parts: AgentParts) {
    const { log, clock = systemClock, random = Math.random, security } = parts;
    this.#config = config;
    this.#log = log;
    this.#clock = clock;
    this.#random = random;
    const { targetsFile } = config.sources;
    const isOneOfSeveral = clusters.length + (targetsFile === undefined ? 0 : 1) > 1;
    this.#reachability = new ReachabilityLog(log, clock, isOneOfSeveral);
    const { metrics: level, rttBucketsUs } = config;
    this.#targetMetrics = new TargetMetrics({ level, bounds: new BucketBounds(rttBucketsUs), clock });
    this.#processMetrics = new ProcessMetrics({ ...this.#build, clock });
    const logOf = (cluster: string) => (isOneOfSeveral ? withFacts(log, { cluster }) : log);
    this.#sources = [
      ...clusters.map((open) => this.#clusterSource(open, logOf(open.cluster))),
      ...(targetsFile === undefined ? [] : [this.#fileSource(targetsFile, logOf(staticCluster))]),
    ];
    this.#startedMs = clock.unixMs();
    this.#prometheus = this.#createPrometheusHistory();
    this.#pusher = this.#createPusher();
    this.#api = new Api(this.#apiSource(), clock);
    this.#http = new HttpServer({
      routes: this.#routes(),
      onError: (path, error) => log.error(`${path} failed: ${error.stack}`),
      onRefused: (reason) => this.#processMetrics.httpRefused(reason),
      security,
    });
  }

  /**
   * Listens, then begins to follow the API and to probe; resolves with the addresses, now with their ports. Rejects where
   * it cannot listen (ListenError), where this system has not the engine that is wanted, or where the history's file
   * cannot be used (HistoryError).
   */
  start(): Promise<readonly ListenAddress[]> {
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<readonly ListenAddress[]> {
    this.#history = await this.#openHistory();
    this.#engine = await this.#createEngine();
    this.#processMetrics.engineIs(this.#engine.engine.name);
    const addresses = await this.#http.listen(this.#config.listen);
    const follow = { log: this.#log, clock: this.#clock, signal: this.#ending.signal };
    const following = this.#sources.map((source) => followSource(source, follow));
    this.#following = Promise.all([...following, this.#pusher?.run(this.#ending.signal)]);
    return addresses;
  }

  /** Ends everything: no socket, timer or request is left. Can be called again. */
  async stop(): Promise<void> {
    this.#ending.abort();
    // What is being started has to be there before it can be ended.
    await this.#starting?.catch(() => {});
    this.#engine?.probing.stop();
    this.#api.stop();
    for (const source of this.#sources) source.close();
    await Promise.all([this.#engine?.engine.stop(), this.#http.stop(), this.#following]);
    this.#reachability.flush();
    await Promise.all([this.#history?.stop(), this.#prometheus?.stop()]);
  }

  async #openHistory(): Promise<History | Present | undefined> {
    const { place, retentionMs, maxBytes } = this.#config.history;
    if (place.kind === "prometheus") return undefined;
    if (place.kind === "none") return new Present(this.#clock);
    const path = place.kind === "file" ? place.path : undefined;
    const history = await History.open({ path, retentionMs, maxBytes, clock: this.#clock, log: this.#log });
    if ("problem" in history) throw new HistoryError(history.problem);
    this.#processMetrics.forHistory(() => history.figures);
    return history;
  }

  #createPrometheusHistory(): PrometheusHistory | undefined {
    const { place, tokenFile, headers } = this.#config.history;
    if (place.kind !== "prometheus") return undefined;
    return new PrometheusHistory({ url: place.url, tokenFile, headers, clock: this.#clock });
  }

  #createEngine(): Promise<ProbingEngine> {
    const { engine: config, probeMs, timeoutMs = defaultTimeoutMs(probeMs) } = this.#config;
    const restarted = () => this.#processMetrics.engineRestarted();
    return createProbing(
      { config, clock: this.#clock, log: this.#log, restarted },
      { intervalMs: probeMs, timeoutMs, maxInFlight: maxHandshakesInFlight(), listener: this.#probeListener() },
    );
  }

  #clusterSource(open: OpenCluster, log: Log): TargetSource {
    const { nodeSelector, scanMs } = this.#config;
    const report = this.#processMetrics.apis.of(open.cluster);
    this.#legacyApis.push({ labels: { name: "API", target: open.apiName }, counts: report.legacy });
    const source: TargetSource = new ClusterSource({
      open,
      selection: this.#config,
      nodeSelector,
      scanMs,
      listener: this.#targetListener(() => source.isSynced),
      report: this.#alsoToHistory(open.cluster, report),
      firstSynced: () => this.#tellNodes(source, log),
      log,
      clock: this.#clock,
      random: this.#random,
    });
    return source;
  }

  /** An API is up for the history once what it answers was used: a status alone may be anybody's. */
  #alsoToHistory(cluster: string, report: ApiRecorder): ClusterSourceOptions["report"] {
    return {
      request: (request) => report.request(request),
      watchRestarted: (reason) => report.watchRestarted(reason),
      problem: (reason) => report.problem(reason),
      synced: () => {
        report.synced();
        this.#history?.recorder.api(cluster, true, "");
      },
      failed: (problem) => {
        report.failed();
        this.#history?.recorder.api(cluster, false, problem.detail);
      },
    };
  }

  #fileSource(path: string, log: Log): TargetSource {
    const source: TargetSource = new FileSource({
      path,
      selection: this.#config,
      listener: this.#targetListener(() => source.isSynced),
      report: this.#processMetrics.forTargetFile(),
      firstSynced: () => this.#tellEntries(source, path, log),
      log,
      clock: this.#clock,
      random: this.#random,
    });
    return source;
  }

  #targetListener(isSynced: () => boolean): TargetListener {
    return {
      added: (target, instead) => {
        this.#targetMetrics.add(target);
        this.#history?.recorder.added(target, instead);
        this.#engine?.probing.add(target);
        if (instead !== undefined) this.#reachability.moved(target, instead);
        else if (isSynced()) this.#reachability.joined(target);
      },
      removed: (target, next, isReplaced) => {
        this.#engine?.probing.remove(target.key);
        this.#targetMetrics.remove(target.key);
        this.#history?.recorder.removed(target);
        this.#reachability.forget(target);
        if (next === undefined) this.#reachability.left(target);
        else if (next.state !== "probed") this.#reachability.unprobed(target.cluster, target.node, next.why);
        else if (!isReplaced) this.#reachability.dropped(target);
      },
      unprobed: (cluster, node, why) => {
        if (isSynced()) this.#reachability.unprobed(cluster, node.name, why);
      },
      readinessChanged: (cluster, node) => this.#reachability.readinessChanged(cluster, node),
      nodeStated: (cluster, node) => this.#history?.recorder.node(cluster, node),
      nodeGone: (cluster, name) => this.#history?.recorder.nodeGone(cluster, name),
      relabelled: (target) => {
        this.#targetMetrics.relabel(target);
        this.#history?.recorder.relabelled(target);
        this.#engine?.probing.relabel(target);
      },
    };
  }

  #probeListener(): ProbeListener {
    return {
      started: (_target, lagMs) => this.#processMetrics.handshakeStarted(lagMs),
      ended: (target, outcome) => {
        const isNews = this.#targetMetrics.record(target.key, outcome);
        this.#history?.recorder.ended(target, outcome, isNews);
        if (isNews) this.#reachability.record(target, outcome);
      },
      skipped: (_target, reason, rounds) => {
        this.#processMetrics.skipped(reason, rounds);
        if (reason === "late") this.#reachability.heldUp(rounds);
      },
    };
  }

  #tellNodes(source: TargetSource, log: Log): void {
    const { probed, no_address, no_port, filtered } = source.countByState();
    log.info(`probing ${count(probed, "node")}, each every ${formatMs(this.#config.probeMs)}`, {
      without_address: no_address,
      without_port: no_port,
      ...(this.#config.shard !== undefined && { of_other_shards: filtered }),
    });
  }

  #tellEntries(source: TargetSource, path: string, log: Log): void {
    const { probed, no_address, filtered } = source.countByState();
    log.info(`probing ${count(probed, "entry")} of ${path}, each every ${formatMs(this.#config.probeMs)}`, {
      without_address: no_address,
      ...(this.#config.shard !== undefined && { of_other_shards: filtered }),
    });
  }

  /** What the page and `pingo top` are answered from. */
  #apiSource(): ApiSource {
    return {
      ask: (question, gone) =>
        this.#prometheus?.ask(question, gone) ?? this.#history?.ask(question, gone) ?? Promise.resolve(notStarted),
      read: (question, gone) =>
        this.#prometheus?.read(question, gone) ?? this.#history?.read(question, gone) ?? Promise.resolve(notStarted),
      status: () => this.#status(),
      onChange: (listener) => this.#history?.onChange(listener) ?? (() => {}),
    };
  }

  #status(): Status {
    const { latencyIs, ...history } = (this.#history ?? this.#prometheus)?.status() ?? nothingKept;
    return {
      ...this.#build,
      nowMs: this.#clock.unixMs(),
      startedMs: this.#startedMs,
      probeMs: this.#config.probeMs,
      latencyIs,
      history,
    };
  }

  #routes() {
    const routes: Record<string, Route> = {
      "/": pageOnDemand((added) => Object.assign(routes, added)),
      ...this.#api.routes,
      "/metrics": (request: RouteRequest) => this.#metrics(request),
      "/healthz": () => text(200, "ok\n"),
      "/readyz": () => this.#readiness(),
    };
    return routes;
  }

  /** Ready with the first source whose targets are known: one cluster that is down takes no other's metrics away. */
  #readiness(): Answer {
    const waiting = this.#sources.filter((source) => !source.isSynced).map((source) => source.cluster);
    if (waiting.length === 0) return text(200, "ok\n");
    const said = `targets not known yet: ${waiting.join(", ")}\n`;
    return waiting.length < this.#sources.length ? text(200, `ok; ${said}`) : text(503, `not ready: ${said}`);
  }

  async #metrics({ headers, peer }: RouteRequest): Promise<Answer> {
    const slot = this.#slots.take(peer);
    if (slot === undefined) return busy(`${maxPages} scrapes are under way; try again\n`);
    try {
      return await this.#page(headers.accept, slot);
    } catch (error) {
      slot.free();
      throw error;
    }
  }

  #snapshot(): Promise<Snapshot> {
    return takeSnapshot({
      level: this.#config.metrics,
      targets: this.#targetMetrics,
      process: this.#processMetrics,
      sources: this.#sources,
      apis: this.#legacyApis,
    });
  }

  #createPusher(): Pusher | undefined {
    const { otlpEndpoint: url, otlpIntervalMs: intervalMs } = this.#config;
    if (url === undefined) return undefined;
    return new Pusher({
      url,
      intervalMs,
      instance: hostname(),
      version: this.#build.version,
      snapshot: () => this.#snapshot(),
      report: this.#processMetrics.forPush(),
      log: this.#log,
      clock: this.#clock,
    });
  }

  async #page(accept: string | undefined, slot: Slot): Promise<Answer> {
    const { metrics: level } = this.#config;
    const format = negotiate(accept);
    const writer = await format.writer(writesCreated(level));
    const snapshot = await this.#snapshot();
    const sent = () => {
      slot.free();
      snapshot.free();
    };
    const body = movingOn(pageChunks(snapshot.families, writer), slot);
    return { status: 200, contentType: format.contentType, body, signal: slot.signal, sent };
  }
}

/** Each holds a copy of all counters, 13 MB at 65,000 targets; two Prometheus and a person are three. */
const maxPages = 4;

/** So long may whoever asked for a page not read on before others' pages go before. */
const stalledPageMs = 500;

/** Tells the slot of each chunk that is asked for. */
function* movingOn(chunks: Iterable<Uint8Array>, slot: Slot): Generator<Uint8Array> {
  for (const chunk of chunks) {
    slot.moved();
    yield chunk;
  }
}

const notStarted = { problem: "PinGo is starting" } as const;
