import { closest } from "../../config/suggest.ts";
import { quote } from "../../config/values.ts";
import { readHost, readPort, splitHostPort } from "./host-port.ts";
import { type ResolveStyle, resolveStyles, type StaticEntry } from "./static-entry.ts";
import { asMap, complain, describe, type Place, type PlainMap, readText } from "./value.ts";

/** An entry and where it was found. */
export interface FoundEntry {
  readonly entry: StaticEntry;
  readonly place: Place;
}

/** What the series have room for, by the names that `pingo_target_info` gives them. */
export const labelNames = ["zone", "region", "instance_type", "os"] as const;
type LabelName = (typeof labelNames)[number];
export type Labels = Readonly<Record<LabelName, string>>;

const keys: readonly string[] = ["host", "address", "port", "name", ...labelNames, "labels", "resolve"];

/** An item of our own format: `host:port`, or a map. Notes what is wrong with it and gives nothing then. */
export function readEntry(item: unknown, place: Place): FoundEntry[] {
  const map = typeof item === "string" ? { host: item } : asMap(item);
  if (map === undefined) {
    complain(place, [], `is ${describe(item)}; write host:port, or a map with "host" and "port"`);
    return [];
  }
  checkKeys(map, keys, place, []);
  const address = readAddress(map, place);
  const name = readField(map, "name", place);
  const resolve = readResolve(map, place);
  const labels = readLabels(map, place);
  if (address === undefined || name === undefined || resolve === undefined || labels === undefined) return [];
  return [{ entry: makeEntry(address, name, labels, resolve), place }];
}

export interface EntryAddress {
  readonly host: string;
  readonly port: number;
}

export function makeEntry(address: EntryAddress, name: string, labels: Labels, resolve: ResolveStyle): StaticEntry {
  const { zone, region, instance_type: instanceType, os } = labels;
  return { ...address, name: name || address.host, zone, region, instanceType, os, resolve };
}

/** Refuses what is not known, in a map that `inside` leads to. */
function checkKeys(map: PlainMap, known: readonly string[], place: Place, inside: readonly string[]): void {
  for (const key of Object.keys(map)) {
    if (known.includes(key)) continue;
    const suggestion = closest(key, known, "; did you mean ");
    const would = suggestion === "" ? `; known are ${known.join(", ")}` : suggestion;
    complain(
      place,
      [...inside, key],
      `has ${quote(key)}, which is not known${inside.length > 0 ? " as a label" : ""}${would}`,
    );
  }
}

function readAddress(map: PlainMap, place: Place): EntryAddress | undefined {
  const key = Object.hasOwn(map, "address") ? "address" : "host";
  if (key === "address" && Object.hasOwn(map, "host")) {
    complain(place, ["address"], 'has "host" and "address", which mean the same; leave one of them out');
    return undefined;
  }
  const text = readText(map[key]);
  if ("problem" in text || text.value === "") {
    const what = "problem" in text ? `"${key}" ${text.problem}` : 'has no "host"; write an IP address or a DNS name';
    complain(place, "problem" in text ? [key] : [], what);
    return undefined;
  }
  if (!Object.hasOwn(map, "port")) return readHostPort(text.value, place, []);
  return readHostBesidePort(text.value, map.port, key, place);
}

function readHostBesidePort(host: string, port: unknown, key: string, place: Place): EntryAddress | undefined {
  const split = splitHostPort(host);
  if (split.port !== undefined) {
    complain(
      place,
      [key],
      `"${key}" ${quote(host)} has a port in it and "port" stands beside it; leave one of them out`,
    );
    return undefined;
  }
  const readPortOf = typeof port === "string" || typeof port === "number" ? readPort(String(port).trim()) : undefined;
  const portProblem =
    readPortOf === undefined
      ? `"port" is ${describe(port)}; write a whole number from 1 to 65535`
      : problemOf(readPortOf);
  if (portProblem !== undefined) complain(place, ["port"], portProblem);
  const readName = readHost(host);
  if ("problem" in readName) complain(place, [key], readName.problem);
  if (portProblem !== undefined || "problem" in readName || readPortOf === undefined || "problem" in readPortOf) {
    return undefined;
  }
  return { host: readName.value, port: readPortOf.value };
}

function problemOf(read: object): string | undefined {
  return "problem" in read ? String(read.problem) : undefined;
}

/** `host:port` in one text. Notes all that is wrong with it. */
export function readHostPort(
  text: string,
  place: Place,
  inside: readonly (string | number)[],
): EntryAddress | undefined {
  const split = splitHostPort(text);
  const host = readHost(split.host);
  if ("problem" in host) {
    complain(place, inside, host.problem);
    return undefined;
  }
  if (split.port === undefined) {
    const like = host.value.includes(":") ? `[${host.value}]:10250` : `${host.value}:10250`;
    complain(place, inside, `${quote(text)} has no port; write it like ${like}`);
    return undefined;
  }
  const port = readPort(split.port);
  if ("value" in port) return { host: host.value, port: port.value };
  complain(place, inside, port.problem);
  return undefined;
}

function readField(map: PlainMap, key: string, place: Place, inside: readonly string[] = []): string | undefined {
  const text = readText(map[key]);
  if ("value" in text) return text.value;
  complain(place, [...inside, key], `"${key}" ${text.problem}`);
  return undefined;
}

function readResolve(map: PlainMap, place: Place): ResolveStyle | undefined {
  const text = readField(map, "resolve", place);
  if (text === undefined) return undefined;
  const style = text === "" ? "first" : resolveStyles.find((known) => known === text);
  if (style === undefined) {
    complain(place, ["resolve"], `"resolve" ${quote(text)} will not do; write ${resolveStyles.join(" or ")}`);
  }
  return style;
}

/** Labels stand beside the host or under `labels`; both is fine, but not for the same one. */
function readLabels(map: PlainMap, place: Place): Labels | undefined {
  const under = map.labels ?? {};
  const inner = under === "" ? {} : asMap(under);
  if (inner === undefined) {
    complain(place, ["labels"], `"labels" is ${describe(under)}; write a map with ${labelNames.join(", ")}`);
    return undefined;
  }
  checkKeys(inner, labelNames, place, ["labels"]);
  for (const name of labelNames) {
    if (Object.hasOwn(map, name) && Object.hasOwn(inner, name)) {
      complain(place, ["labels", name], `has "${name}" twice, also under "labels"; leave one of them out`);
    }
  }
  return pickLabels((name) => {
    const isInner = Object.hasOwn(inner, name);
    return readField(isInner ? inner : map, name, place, isInner ? ["labels"] : []);
  });
}

/** Every label, or undefined where one of them could not be read. */
export function pickLabels(read: (name: LabelName) => string | undefined): Labels | undefined {
  const [zone, region, instanceType, os] = [read("zone"), read("region"), read("instance_type"), read("os")];
  if (zone === undefined || region === undefined || instanceType === undefined || os === undefined) return undefined;
  return { zone, region, instance_type: instanceType, os };
}
