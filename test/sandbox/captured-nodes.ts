import { decodeNode, type NodeObject } from "../../src/sandbox/node-object.ts";
import { capture, listPages } from "../support/captures.ts";

/** The nodes of the captured list, as somebody would create them: without what only the server says. */
export function capturedNodes(): NodeObject[] {
  return listPages.flatMap((page) => JSON.parse(capture(page).body).items.map(asCreated));
}

/** The same after the changes of the captured watch, by name: what the captured table shows. */
export function capturedNodesLater(): NodeObject[] {
  const nodes = new Map(capturedNodes().map((node) => [node.metadata.name, node]));
  for (const line of capture("watch-changes.http").body.split("\n").filter(Boolean)) {
    const { type, object } = JSON.parse(line);
    if (type === "DELETED") nodes.delete(object.metadata.name);
    else if (type !== "BOOKMARK") nodes.set(object.metadata.name, asCreated(object));
  }
  return [...nodes.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function asCreated(item: { metadata: { resourceVersion?: string; managedFields?: object } }): NodeObject {
  const { resourceVersion: _, managedFields: __, ...metadata } = item.metadata;
  const decoded = decodeNode({ ...item, metadata } as never);
  if (!decoded.ok) throw new Error(decoded.status.message);
  return decoded.value.node;
}
