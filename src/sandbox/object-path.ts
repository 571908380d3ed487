import { type Kind, kinds } from "./kinds.ts";

/** What a path names of the kinds beside the nodes. */
export interface ObjectPath {
  readonly kind: Kind;
  /** Absent for a list over all namespaces, and for kinds that are in none. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Undefined for paths of other kinds, or of none. */
export function parseObjectPath(pathname: string): ObjectPath | undefined {
  const [root, ...steps] = pathname.split("/").filter(Boolean).map(decoded);
  if (root !== "api" && root !== "apis") return undefined;
  const group = root === "api" ? "" : (steps.shift() ?? "");
  const version = steps.shift();
  const find = (resource: string | undefined, namespaced: boolean) =>
    kinds.find(
      (kind) =>
        kind.group === group &&
        kind.version === version &&
        kind.resource === resource &&
        kind.namespaced === namespaced,
    );
  const isInNamespace = steps[0] === "namespaces" && steps.length >= 3;
  if (isInNamespace) {
    const [, namespace = "", resource, name, subresource, ...rest] = steps;
    const kind = find(resource, true);
    return kind === undefined || rest.length > 0 ? undefined : { kind, namespace, ...named(name, subresource) };
  }
  const [resource, name, subresource, ...rest] = steps;
  // Without a namespace, what is in one can only be listed.
  const kind = find(resource, false) ?? (name === undefined ? find(resource, true) : undefined);
  return kind === undefined || rest.length > 0 ? undefined : { kind, ...named(name, subresource) };
}

function named(name: string | undefined, subresource: string | undefined) {
  return { ...(name !== undefined && { name }), ...(subresource !== undefined && { subresource }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
