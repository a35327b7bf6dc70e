// The kinds of panels, each with what all of its kind share: one question as title, a unit, no points, a sorted legend.

import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { DATASOURCE } from "./variables.js";

interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Common {
  readonly question: string;
  /** What the answer means, and what it does not. */
  readonly description: string;
  /** Anchor in docs/runbook.md. */
  readonly runbook?: string;
  readonly unit: string;
  /** Of 24 columns. */
  readonly span: number;
}

interface GraphOptions extends Common {
  readonly queries: readonly Query[];
  readonly isStacked?: boolean;
  readonly max?: number;
  /** Whether points of failing destinations are shown, where the daemon and Prometheus tell and keep them. */
  readonly hasExemplars?: boolean;
}

interface NumberOptions extends Common {
  readonly expr: string;
  /** From here on the number is yellow, and red; it is green below. Without them it has no colour. */
  readonly limits?: readonly [warning: number, critical: number];
  readonly decimals?: number;
}

interface ListOptions extends Common {
  readonly expr: string;
  /** Columns to show, and their headings, in this order; the last one is the value. */
  readonly columns: Readonly<Record<string, string>>;
}

const ROW_HEIGHT = 8;
const NUMBER_HEIGHT = 4;

export function graph(options: GraphOptions): TimeseriesBuilder {
  const panel = described(new TimeseriesBuilder(), options)
    .height(ROW_HEIGHT)
    .min(0)
    .fillOpacity(options.isStacked ? 40 : 8)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Never)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(["lastNotNull", "max"])
        .sortBy("Last *")
        .sortDesc(true),
    );
  if (options.isStacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  if (options.max !== undefined) panel.max(options.max);
  for (const [index, { expr, legend }] of options.queries.entries()) {
    const target = query(expr, index).legendFormat(legend).range();
    panel.withTarget(options.hasExemplars ? target.exemplar(true) : target);
  }
  return panel;
}

export function number(options: NumberOptions): StatBuilder {
  const { limits, decimals } = options;
  const steps = limits && [
    { value: null, color: "green" },
    { value: limits[0], color: "yellow" },
    { value: limits[1], color: "red" },
  ];
  const panel = described(new StatBuilder(), options)
    .height(NUMBER_HEIGHT)
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps(steps ? [...steps] : [{ value: null, color: "text" }]),
    )
    .colorMode(steps ? BigValueColorMode.Background : BigValueColorMode.None)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .withTarget(query(options.expr, 0).instant());
  return decimals === undefined ? panel : panel.decimals(decimals);
}

export function list(options: ListOptions): TableBuilder {
  const names = Object.keys(options.columns);
  return described(new TableBuilder(), options)
    .height(ROW_HEIGHT)
    .filterable(true)
    .withTarget(query(options.expr, 0).instant().format(PromQueryFormat.Table))
    .withTransformation({
      id: "filterFieldsByName",
      options: { include: { names: [...names] } },
    })
    .withTransformation({
      id: "organize",
      options: {
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: options.columns,
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(Object.values(options.columns).at(-1) ?? "").desc(true)]);
}

interface Describable {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: { readonly type: string; readonly uid: string }): this;
  unit(unit: string): this;
  span(columns: number): this;
  noValue(text: string): this;
  links(links: DashboardLinkBuilder[]): this;
}

function described<Panel extends Describable>(panel: Panel, options: Common): Panel {
  panel
    .title(options.question)
    .description(options.description)
    .datasource(DATASOURCE)
    .unit(options.unit)
    .span(options.span)
    .noValue("none");
  if (options.runbook !== undefined) {
    panel.links([
      new DashboardLinkBuilder("Runbook")
        .type(DashboardLinkType.Link)
        .icon("doc")
        .url(`$runbook#${options.runbook}`)
        .targetBlank(true),
    ]);
  }
  return panel;
}

function query(expr: string, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(DATASOURCE)
    .expr(expr)
    .refId(String.fromCharCode(65 + index));
}
