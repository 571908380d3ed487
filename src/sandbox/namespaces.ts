import { isJsonObject, type JsonObject } from "./json.ts";
import type { Kind } from "./kinds.ts";

/** There from the start, and for as long as the cluster. */
export const lastingNamespaces: readonly string[] = ["default", "kube-system"];

export function isNamespace({ group, resource }: Pick<Kind, "group" | "resource">): boolean {
  return group === "" && resource === "namespaces";
}

/**
 * A namespace as the API server keeps it, whatever of it was said: labelled with its name, held by its finalizer, Active.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
export function asNamespace<Body extends JsonObject & { metadata: JsonObject }>(name: string, body: Body): Body {
  const { metadata, spec } = body;
  const labels = { ...(isJsonObject(metadata.labels) && metadata.labels), "kubernetes.io/metadata.name": name };
  return {
    ...body,
    metadata: { ...metadata, labels },
    spec: { ...(isJsonObject(spec) && spec), finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}
