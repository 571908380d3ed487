import type { NodeObject } from "./node-object.ts";
import { emptyStatus } from "./node-object.ts";
import { nodeTable } from "./node-table.ts";
import type { IncludeObject } from "./table.ts";

/** How nodes are written into an answer: as they are, or as the Table that kubectl asks for. */
export type Representation = {
  list(nodes: readonly NodeObject[], metadata: object): object;
  one(node: NodeObject): object;
  /**
   * A bookmark is an object without a name that carries nothing but how far the watch has come; `initialEventsEnd`:
   * and that all there was at its beginning has been sent.
   */
  bookmark(version: number, initialEventsEnd?: boolean): object;
};

/** KEP-3157, "Watch-list": the bookmark that ends a list which came as a stream. */
const endOfInitialEvents = { "k8s.io/initial-events-end": "true" };

const plain: Representation = {
  list: (items, metadata) => ({ kind: "NodeList", apiVersion: "v1", metadata, items }),
  one: (node) => ({ kind: "Node", apiVersion: "v1", ...node }),
  bookmark: (version, initialEventsEnd) => ({
    kind: "Node",
    apiVersion: "v1",
    metadata: { resourceVersion: String(version), ...(initialEventsEnd && { annotations: endOfInitialEvents }) },
    spec: {},
    status: emptyStatus,
  }),
};

function tables(includeObject: IncludeObject, unixMs: () => number): Representation {
  let withColumns = true;
  const table = (nodes: readonly NodeObject[], metadata: object) => {
    const result = nodeTable(nodes, metadata, { includeObject, nowUnixMs: unixMs(), withColumns });
    withColumns = false;
    return result;
  };
  return {
    list: table,
    one: (node) => table([node], { resourceVersion: node.metadata.resourceVersion }),
    bookmark: (version) => table([], { resourceVersion: String(version) }),
  };
}

/**
 * The first of the Accept header's alternatives that can be given, for one answer or one watch; undefined for
 * 406. Clients put first what they like best and do not use q here.
 */
export function negotiate(
  accept: string | undefined,
  includeObject: string | null,
  unixMs: () => number,
): Representation | undefined {
  const form = formOf(accept);
  return form === "table" ? tables(includeObjectOf(includeObject), unixMs) : form && plain;
}

export function formOf(accept = "*/*"): "plain" | "table" | undefined {
  for (const alternative of accept.split(",")) {
    const [type, ...parameters] = alternative.split(";").map((part) => part.trim());
    if (type !== "application/json" && type !== "*/*" && type !== "application/*") continue;
    const as = parameters.find((parameter) => parameter.startsWith("as="));
    if (as === undefined) return "plain";
    const version = parameters.find((parameter) => parameter.startsWith("v="));
    if (as === "as=Table" && version === "v=v1") return "table";
  }
  return undefined;
}

export function includeObjectOf(text: string | null): IncludeObject {
  return text === "None" || text === "Object" ? text : "Metadata";
}
