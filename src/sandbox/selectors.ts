import type { NodeObject } from "./node-object.ts";

export type Matches = (node: NodeObject) => boolean;
export type SelectorResult<Of = NodeObject> =
  | { ok: true; matches: (object: Of) => boolean }
  | { ok: false; problem: string };

const labelKey = /^[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?$/;

type Labels = { [key: string]: string };
type Requirement = (labels: Labels) => boolean;
/** A node, or any other object. */
type Labelled = { metadata: { labels?: Labels } };

/**
 * A label selector: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, joined by commas.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseLabelSelector(text: string): SelectorResult<Labelled> {
  const requirements: Requirement[] = [];
  // Commas inside parentheses part values, others part requirements.
  for (const part of text.split(/,(?![^(]*\))/)) {
    if (part.trim() === "") continue;
    const requirement = parseRequirement(part.trim());
    if (!requirement) return { ok: false, problem: `unable to parse requirement: ${JSON.stringify(part.trim())}` };
    requirements.push(requirement);
  }
  return {
    ok: true,
    matches: ({ metadata: { labels = {} } }) => requirements.every((requirement) => requirement(labels)),
  };
}

function parseRequirement(text: string): Requirement | undefined {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set) return setRequirement(set[1] ?? "", set[2] === "in", (set[3] ?? "").split(","));
  const equality = /^([^=!\s]+)\s*(=|==|!=)\s*([^=!\s]*)$/.exec(text);
  if (equality) return setRequirement(equality[1] ?? "", equality[2] !== "!=", [equality[3] ?? ""]);
  const key = text.replace(/^!\s*/, "");
  if (!labelKey.test(key)) return undefined;
  return (labels) => Object.hasOwn(labels, key) === (key === text);
}

/** `!=` and `notin` also hold for nodes that have no such label. */
function setRequirement(key: string, wanted: boolean, values: string[]): Requirement | undefined {
  if (!labelKey.test(key)) return undefined;
  const set = new Set(values.map((value) => value.trim()));
  return (labels) => (Object.hasOwn(labels, key) && set.has(labels[key] ?? "")) === wanted;
}

const nodeFields: { [field: string]: (node: NodeObject) => string } = {
  "metadata.name": ({ metadata }) => metadata.name,
  "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false),
};

/** The field selectors that nodes have in a real server: metadata.name and spec.unschedulable. */
export function parseFieldSelector(text: string): SelectorResult {
  const requirements: Matches[] = [];
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const parsed = /^([^=!]+)(=|==|!=)([^=!]*)$/.exec(part.trim());
    if (!parsed) return { ok: false, problem: `invalid selector: ${JSON.stringify(part)}` };
    const [, field = "", operator, value] = parsed;
    const read = Object.hasOwn(nodeFields, field) ? nodeFields[field] : undefined;
    if (!read) return { ok: false, problem: `field label not supported: ${field}` };
    requirements.push((node) => (read(node) === value) === (operator !== "!="));
  }
  return { ok: true, matches: (node) => requirements.every((requirement) => requirement(node)) };
}
