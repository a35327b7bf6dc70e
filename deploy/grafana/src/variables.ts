// Template variables, each chained to those before it, and the selectors made of them.

import {
  ConstantVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { metric } from "./names.js";

export const DATASOURCE = { type: "prometheus", uid: "$datasource" } as const;

/** Every label that a variable narrows down, in the order of the chain. */
const CHAIN = ["job", "instance", "netns", "family", "table"] as const;
type Label = (typeof CHAIN)[number];

const TITLES: Readonly<Record<Label, string>> = {
  job: "Job",
  instance: "Router",
  netns: "Namespace",
  family: "Family",
  table: "Table",
};

export const EXPORTER = selector("job", "instance");
export const NETNS = selector("job", "instance", "netns");
export const NETNS_FAMILY = selector("job", "instance", "netns", "family");
export const LOOKUPS = selector(...CHAIN);

function selector(...labels: readonly Label[]): string {
  return labels.map((label) => `${label}=~"$${label}"`).join(", ");
}

export function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus");
}

/** Where the operator serves docs/runbook.md; to be set once, in the dashboard's settings. */
export function runbookVariable(): ConstantVariableBuilder {
  return new ConstantVariableBuilder("runbook").label("Address of the runbook").value("docs/runbook.md");
}

/** The chain up to and including `last`. */
export function labelVariables(last: Label): QueryVariableBuilder[] {
  return CHAIN.slice(0, CHAIN.indexOf(last) + 1).map((label, at) => {
    const source = at < 2 ? metric("build_info") : metric("route_lookups_total");
    const before = at === 0 ? "" : `{${selector(...CHAIN.slice(0, at))}}`;
    const query = `label_values(${source}${before}, ${label})`;
    return new QueryVariableBuilder(label)
      .label(TITLES[label])
      .datasource(DATASOURCE)
      .query({ query, refId: `variable-${label}` })
      .definition(query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.NaturalAsc)
      .multi(true)
      .includeAll(true)
      .allValue(".*")
      .current({ selected: true, text: "All", value: "$__all" });
  });
}
