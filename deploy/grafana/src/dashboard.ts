// What all dashboards share: tag, time, marks where routes changed, links to one another and to the runbook.

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type QueryVariableBuilder,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { metric, TAG } from "./names.js";
import { DATASOURCE, datasourceVariable, runbookVariable } from "./variables.js";

interface Row {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}

interface DashboardOptions {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly QueryVariableBuilder[];
  /** Whose route changes are marked. */
  readonly changesOf: string;
  readonly rows: readonly Row[];
}

export function dashboard({ uid, title, description, variables, changesOf, rows }: DashboardOptions): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .readonly()
    .variables([datasourceVariable(), ...variables, runbookVariable()])
    .annotation(routeChanges(changesOf))
    .links([
      new DashboardLinkBuilder("tablesnoop")
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .includeVars(true)
        .keepTime(true),
      new DashboardLinkBuilder("Runbook").type(DashboardLinkType.Link).icon("doc").url("$runbook").targetBlank(true),
    ]);
  for (const { title: heading, panels } of rows) {
    builder.withRow(new RowBuilder(heading));
    for (const panel of panels) builder.withPanel(panel);
  }
  const built = builder.build();
  return { ...built, panels: (built.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 })) };
}

/** What failed is most often what changed before. */
function routeChanges(selector: string): AnnotationQueryBuilder {
  const changes = `increase(${metric("fib_changes_total")}{${selector}}[$__rate_interval])`;
  return new AnnotationQueryBuilder()
    .name("Route changes")
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor("orange")
    .expr(`sum by (instance, netns, family) (${changes}) > 0`)
    .titleFormat("{{instance}} {{netns}}")
    .textFormat("{{family}} routes changed");
}
