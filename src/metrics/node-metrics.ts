import type { NodeFacts } from "../targets/node.ts";
import { nodeStates } from "../targets/select.ts";
import type { TargetSource } from "../targets/source.ts";
import { catalogue } from "./catalogue.ts";
import { type FamilySeries, type LabelSet, valueSeries } from "./exposition/family-series.ts";

/** What is known of the nodes themselves, straight from where they come from: there is nothing to count. */
export function nodeFamilies(sources: readonly TargetSource[]): FamilySeries[] {
  // The lists are of this moment, as the rest of the page; their text is made as it is sent.
  const nodes = sources.flatMap((source) => source.nodes().map((node) => ({ cluster: source.cluster, node })));
  return [readySeries(nodes), zoneReadySeries(nodes), valueSeries(catalogue.targets, sources.flatMap(countByState))];
}

interface ClusterNode {
  readonly cluster: string;
  readonly node: NodeFacts;
}

function readySeries(nodes: readonly ClusterNode[]): FamilySeries {
  return {
    family: catalogue.ready,
    table: {
      rows: nodes.length,
      labels: (row) => {
        const { cluster, node } = nodes[row] as ClusterNode;
        return { cluster, node: node.name };
      },
    },
    write: (row, to) => to.value(isReady(nodes[row] as ClusterNode) ? 1 : 0),
  };
}

function zoneReadySeries(nodes: readonly ClusterNode[]): FamilySeries {
  const zones = Map.groupBy(nodes, ({ cluster, node }) => `${cluster}\n${node.zone}`);
  const samples = [...zones.values()].map((ofZone): [LabelSet, number] => {
    const [{ cluster, node }] = ofZone as [ClusterNode, ...ClusterNode[]];
    return [{ cluster, zone: node.zone }, ofZone.filter(isReady).length];
  });
  return valueSeries(catalogue.zoneReady, samples);
}

function isReady({ node }: ClusterNode): boolean {
  return node.ready.status === "True";
}

function countByState(source: TargetSource): [LabelSet, number][] {
  const counted = source.countByState();
  return nodeStates.map((state) => [{ cluster: source.cluster, state }, counted[state]]);
}
