import { Random } from "./random.ts";

/** What a proxy can do to the connections and answers that go through it. */
export type FaultKind =
  /** Nobody listens. */
  | { readonly kind: "refuse" }
  /** Connections are taken and not a byte is said, not even TLS. */
  | { readonly kind: "silence" }
  /** Every connection breaks again and again. */
  | { readonly kind: "cut"; readonly everyMs: number; readonly reset: boolean }
  /** Requests are taken and not answered. */
  | { readonly kind: "stall" }
  /** Neither requests nor bytes of running answers get through. */
  | { readonly kind: "freeze" }
  /** Answers stop in the middle. */
  | { readonly kind: "stop" }
  /** Answers end early, in good order as HTTP sees it or with the connection. */
  | { readonly kind: "truncate"; readonly inGoodOrder: boolean }
  | { readonly kind: "delay"; readonly delayMs: number }
  /** A byte of each piece of an answer becomes another. */
  | { readonly kind: "corrupt" }
  | { readonly kind: "status"; readonly status: number; readonly retryAfterSeconds?: number }
  /** The 410 of a watch that has begun, which comes as an event. */
  | { readonly kind: "expired event" }
  | { readonly kind: "html" }
  | { readonly kind: "empty body" }
  /** A sound list of no nodes, as from an API server whose storage is not there yet. */
  | { readonly kind: "empty list" }
  /** Bytes that are no HTTP. */
  | { readonly kind: "no http" };

export type Victims = "all" | "lists" | "watches";

export type Fault = FaultKind & {
  readonly victims: Victims;
  /** How likely each request, or each piece of an answer, is hit. */
  readonly odds: number;
  /** Breaks what runs as it begins, so that the client has to ask and meets the fault. */
  readonly cutsFirst: boolean;
  /** What becomes of what it held back: an outage ends with the bytes arriving late, or with a dead connection. */
  readonly after: "resume" | "cut";
  /** The API forgets its past events as it begins, so that the client has to list. */
  readonly compacts: boolean;
};

/** What happens to the API itself. */
export type Mishap =
  /** The API is away for a while and then is at another version, as after a restore. */
  | { readonly kind: "restart"; readonly versionStep: number }
  /** The old token ends before the new one is in its file. */
  | { readonly kind: "rotate token"; readonly halfWritten: boolean }
  /** The API shows a certificate of another authority before that is in its file. */
  | { readonly kind: "rotate ca" };

export type Step = { readonly durationMs: number; readonly what: Fault | Mishap };

/** Faults one after the other without a pause, then none. */
export type Episode = { readonly steps: readonly Step[]; readonly calmMs: number };

/** At the most so much is between the versions of a restart; at least a tenth, see `versionStep`. */
const maxVersionStep = 100_000;

const faults: readonly ((random: Random) => FaultKind)[] = [
  () => ({ kind: "refuse" }),
  () => ({ kind: "silence" }),
  (random) => ({ kind: "cut", everyMs: random.between(50, 500), reset: random.chance(0.5) }),
  () => ({ kind: "stall" }),
  () => ({ kind: "freeze" }),
  () => ({ kind: "stop" }),
  (random) => ({ kind: "truncate", inGoodOrder: random.chance(0.5) }),
  (random) => ({ kind: "delay", delayMs: random.between(50, 1_500) }),
  () => ({ kind: "corrupt" }),
  () => ({ kind: "status", status: 401 }),
  () => ({ kind: "status", status: 403 }),
  () => ({ kind: "status", status: 410 }),
  // What a server asks for is obeyed, so that more than a second would take from the time after the fault.
  () => ({ kind: "status", status: 429, retryAfterSeconds: 1 }),
  () => ({ kind: "status", status: 500 }),
  (random) => ({ kind: "status", status: 503, ...(random.chance(0.5) && { retryAfterSeconds: 1 }) }),
  () => ({ kind: "expired event" }),
  () => ({ kind: "html" }),
  () => ({ kind: "empty body" }),
  () => ({ kind: "empty list" }),
  () => ({ kind: "no http" }),
];

const mishaps: readonly ((random: Random) => Mishap)[] = [
  (random) => ({ kind: "restart", versionStep: versionStep(random) }),
  (random) => ({ kind: "rotate token", halfWritten: random.chance(0.5) }),
  () => ({ kind: "rotate ca" }),
];

type Maker = (random: Random) => Fault | Mishap;

const makers: readonly Maker[] = [
  ...faults.map((make) => (random: Random) => withVictims(make(random), random)),
  ...mishaps,
];

export function isMishap(what: Fault | Mishap): what is Mishap {
  return what.kind === "restart" || what.kind === "rotate token" || what.kind === "rotate ca";
}

/** What counts as one kind: each status is one. */
export function kindOf(what: Fault | Mishap): string {
  return what.kind === "status" ? `status ${what.status}` : what.kind;
}

/**
 * Episodes without an end, 1 to 6 seconds each. Every kind of fault has its turn before one comes again, so that a
 * short run sees most of them. `only` names the kinds there are to be; empty for all.
 */
export function* planEpisodes(random: Random, only: readonly string[] = []): Generator<Episode, never> {
  const kinds = endless(random, choose(only));
  for (;;) {
    const durationsMs = Array.from({ length: random.integer(1, 3) }, () => random.between(1_000, 2_000));
    // An episode of one fault may last as long as three.
    if (durationsMs.length === 1 && random.chance(0.5)) durationsMs[0] = random.between(2_000, 6_000);
    const steps = durationsMs.map((durationMs) => ({ durationMs, what: kinds.next().value }));
    yield { steps, calmMs: random.between(1_000, 6_000) };
  }
}

function choose(only: readonly string[]): readonly Maker[] {
  const known = makers.map((make) => kindOf(make(new Random(0))));
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`there is no fault ${JSON.stringify(unknown)}; there are ${known.join(", ")}`);
  return only.length === 0 ? makers : makers.filter((_, index) => only.includes(known[index] ?? ""));
}

function* endless(random: Random, chosen: readonly Maker[]): Generator<Fault | Mishap, never> {
  for (;;) for (const make of random.shuffled(chosen)) yield make(random);
}

/** These change answers that run already; of all others nobody would know who does not ask. */
const midway: ReadonlySet<string> = new Set(["cut", "freeze", "stop", "truncate", "delay", "corrupt"]);

/** Whom they meet cannot be chosen: there is no request yet. */
const belowHttp: ReadonlySet<string> = new Set(["refuse", "silence", "cut"]);

function withVictims(kind: FaultKind, random: Random): Fault {
  const victims = random.pick(possibleVictims(kind));
  return {
    ...kind,
    victims,
    odds: belowHttp.has(kind.kind) || random.chance(0.6) ? 1 : random.between(0.3, 0.9),
    cutsFirst: !midway.has(kind.kind) || random.chance(0.5),
    after: random.pick(["resume", "cut"]),
    // Who can go on with a watch asks for no list.
    compacts: victims === "lists" || (victims === "all" && random.chance(0.5)),
  };
}

function possibleVictims({ kind }: FaultKind): readonly Victims[] {
  if (belowHttp.has(kind)) return ["all"];
  if (kind === "empty list") return ["lists"];
  if (kind === "expired event") return ["all", "watches"];
  return ["all", "all", "lists", "watches"];
}

/**
 * Far enough that no version of before is one of after before the client has come back: whoever goes on from a
 * version that means something else by now misses what happened, and no client can know.
 */
function versionStep(random: Random): number {
  const distance = random.integer(maxVersionStep / 10, maxVersionStep);
  return random.chance(0.5) ? distance : -distance;
}

/** For people: "status 503 to watches, 60 %". */
export function inWords(what: Fault | Mishap): string {
  if (isMishap(what)) return what.kind === "restart" ? `restart, version ${signed(what.versionStep)}` : what.kind;
  const { victims, odds, cutsFirst, after, compacts } = what;
  const notes = [cutsFirst && "cuts first", compacts && "compacts", after === "cut" && "cuts after"].filter(Boolean);
  const amount = odds === 1 ? "" : `, ${Math.round(odds * 100)} %`;
  const detail = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
  return `${named(what)}${victims === "all" ? "" : ` to ${victims}`}${amount}${detail}`;
}

function named(what: FaultKind): string {
  switch (what.kind) {
    case "status":
      return `status ${what.status}${what.retryAfterSeconds === undefined ? "" : " with Retry-After"}`;
    case "delay":
      return `delay ${Math.round(what.delayMs)} ms`;
    case "cut":
      return `cut every ${Math.round(what.everyMs)} ms${what.reset ? " by reset" : ""}`;
    case "truncate":
      return `truncate${what.inGoodOrder ? " in good order" : ""}`;
    default:
      return what.kind;
  }
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
