import { nodeStates } from "../targets/select.ts";
import type { TargetSource } from "../targets/source.ts";
import { catalogue } from "./catalogue.ts";
import { type FamilyText, labelText, sample } from "./exposition.ts";

/** What is known of the nodes themselves, straight from where they come from: there is nothing to count. */
export function nodeFamilies(sources: readonly TargetSource[]): FamilyText[] {
  // The lists are of this moment, as the rest of the page; their text is made as it is sent.
  const lists = sources.map((source) => ({ cluster: source.cluster, nodes: source.nodes() }));
  const counts = sources.flatMap((source) => {
    const counted = source.countByState();
    return nodeStates.map((state) =>
      sample(catalogue.targets.name, labelText({ cluster: source.cluster, state }), counted[state]),
    );
  });
  return [
    { family: catalogue.ready, text: readyLines(lists) },
    { family: catalogue.targets, text: counts },
  ];
}

function* readyLines(
  lists: readonly { readonly cluster: string; readonly nodes: ReturnType<TargetSource["nodes"]> }[],
): Generator<string> {
  for (const { cluster, nodes } of lists) {
    for (const { name, ready } of nodes) {
      yield sample(catalogue.ready.name, labelText({ cluster, node: name }), ready.status === "True" ? 1 : 0);
    }
  }
}
