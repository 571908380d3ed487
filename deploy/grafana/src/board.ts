import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";

/** The variables that a board's expressions may have; each is asked for among those before it. */
const variables = {
  job: { label: "PinGo (job)", query: "label_values(pingo_build_info, job)" },
  cluster: { label: "Cluster", query: 'label_values(pingo_zone_targets{job=~"$job"}, cluster)' },
  zone: { label: "Zone", query: 'label_values(pingo_zone_targets{job=~"$job",cluster=~"$cluster"}, zone)' },
  node: {
    label: "Node",
    query: 'label_values(pingo_target_info{job=~"$job",cluster=~"$cluster",zone=~"$zone"}, node)',
  },
} as const;
export type VariableName = keyof typeof variables;

export interface Row {
  readonly title: string;
  readonly panels: readonly { build(): Panel }[];
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableName[];
  /** Of the last variable, one is chosen and not several. */
  readonly choosesOne?: boolean;
  readonly rows: readonly Row[];
}

const datasource = { type: "prometheus", uid: "$datasource" };
const tag = "pingo";

/** The board as Grafana imports it. */
export function buildBoard(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags([tag])
    .timezone("browser")
    .time({ from: "now-3h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder("PinGo").type(DashboardLinkType.Dashboards).tags([tag]).includeVars(true).keepTime(true),
    )
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  for (const [index, name] of board.variables.entries()) {
    const isOne = board.choosesOne === true && index === board.variables.length - 1;
    const variable = new QueryVariableBuilder(name)
      .label(variables[name].label)
      .datasource(datasource)
      .query(variables[name].query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(!isOne)
      .includeAll(!isOne);
    builder.withVariable(isOne ? variable : variable.allValue(".*").current({ text: "All", value: "$__all" }));
  }
  for (const { title, panels } of board.rows) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  return builder.build();
}
