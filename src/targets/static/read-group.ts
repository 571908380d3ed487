import { closest } from "../../config/suggest.ts";
import { quote } from "../../config/values.ts";
import { type FoundEntry, makeEntry, pickLabels, readHostPort } from "./read-entry.ts";
import { asMap, complain, describe, type Place, type PlainMap, readText } from "./value.ts";

const keys: readonly string[] = ["targets", "labels"];

/**
 * A group of Prometheus' `file_sd`: `targets`, each host:port, and `labels` that hold for all of them. Labels that
 * the series have no room for, `__meta_` and all the others, are of use to Prometheus and none of our business; an
 * unknown key is refused there too.
 */
export function readGroup(group: PlainMap, place: Place): FoundEntry[] {
  for (const key of Object.keys(group)) {
    if (!keys.includes(key)) {
      const suggestion = closest(key, keys, "; did you mean ") || "; a group of file_sd has targets and labels";
      complain(place, [key], `has ${quote(key)}, which is not known${suggestion}`);
    }
  }
  const shared = readShared(group.labels, place);
  const targets = group.targets ?? [];
  if (!Array.isArray(targets)) {
    complain(place, ["targets"], `"targets" is ${describe(targets)}; write a list of host:port`);
    return [];
  }
  const found: FoundEntry[] = [];
  for (const [index, target] of targets.entries()) {
    const own = { ...place, path: [...place.path, "targets", index], name: `${place.name}, target ${index + 1}` };
    const address = readTarget(target, own);
    if (address === undefined || shared === undefined) continue;
    found.push({ entry: makeEntry(address, shared.name, shared.labels, "first"), place: own });
  }
  return found;
}

function readTarget(target: unknown, place: Place) {
  if (typeof target === "string" && target.trim() !== "") return readHostPort(target.trim(), place, []);
  complain(place, [], `is ${describe(target)}; write host:port`);
  return undefined;
}

/** What all targets of the group share, or undefined where it cannot be read. */
function readShared(value: unknown, place: Place) {
  const map = value === null || value === undefined || value === "" ? {} : asMap(value);
  if (map === undefined) {
    complain(place, ["labels"], `"labels" is ${describe(value)}; write a map of texts`);
    return undefined;
  }
  const read = (name: string) => {
    const text = readText(Object.hasOwn(map, name) ? map[name] : undefined);
    if ("value" in text) return text.value;
    complain(place, ["labels", name], `label "${name}" ${text.problem}`);
    return undefined;
  };
  const [name, node, labels] = [read("name"), read("node"), pickLabels(read)];
  if (name === undefined || node === undefined || labels === undefined) return undefined;
  return { name: name || node, labels };
}
