import { nodeStates } from "../targets/select.ts";
import type { TargetSet } from "../targets/target-set.ts";
import { catalogue } from "./catalogue.ts";
import { labelText, type Page, sample } from "./exposition.ts";

/** Writes what is known of the nodes themselves, straight from the set: there is nothing to count. */
export function writeNodeMetrics(page: Page, cluster: string, nodes: TargetSet): void {
  const readyLines = nodes
    .entries()
    .map(({ node }) =>
      sample(catalogue.ready.name, labelText({ cluster, node: node.name }), node.ready.status === "True" ? 1 : 0),
    );
  page.family(catalogue.ready, readyLines);
  const counts = nodes.countByState();
  page.family(
    catalogue.targets,
    nodeStates.map((state) => sample(catalogue.targets.name, labelText({ cluster, state }), counts[state])),
  );
}
