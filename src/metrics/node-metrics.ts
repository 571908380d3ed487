import { nodeStates } from "../targets/select.ts";
import type { TargetSet } from "../targets/target-set.ts";
import { catalogue } from "./catalogue.ts";
import { type FamilyText, labelText, sample } from "./exposition.ts";

/** What is known of the nodes themselves, straight from the set: there is nothing to count. */
export function nodeFamilies(cluster: string, nodes: TargetSet): FamilyText[] {
  const ready = nodes
    .entries()
    .values()
    .map(({ node }) =>
      sample(catalogue.ready.name, labelText({ cluster, node: node.name }), node.ready.status === "True" ? 1 : 0),
    );
  const counts = nodes.countByState();
  const targets = nodeStates.map((state) =>
    sample(catalogue.targets.name, labelText({ cluster, state }), counts[state]),
  );
  return [
    { family: catalogue.ready, text: ready },
    { family: catalogue.targets, text: targets },
  ];
}
