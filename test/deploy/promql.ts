// Reads PromQL with the grammar that Grafana and Prometheus' own page use.

import { parser } from "@prometheus-io/lezer-promql";

interface Selector {
  /** With its matchers, without range and offset. */
  readonly text: string;
  readonly metric: string;
  readonly labels: readonly string[];
}

interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels that are grouped or matched by, beside those in selectors. */
  readonly groupingLabels: readonly string[];
}

/** Throws if the expression cannot be parsed. */
export function readExpression(expression: string): Expression {
  const selectors: { text: string; metric: string; labels: string[] }[] = [];
  const groupingLabels: string[] = [];
  let isGrouping = false;
  parser.parse(expression).iterate({
    enter: ({ name, from, to, type }) => {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`parse ${expression}: at ${from}: ${expression.slice(from, from + 20)}`);
      if (name === "VectorSelector") selectors.push({ text, metric: "", labels: [] });
      if (name === "GroupingLabels") isGrouping = true;
      const selector = selectors.at(-1);
      if (name === "Identifier" && selector) selector.metric = text;
      if (name === "LabelName") (isGrouping ? groupingLabels : (selector?.labels ?? [])).push(text);
    },
    leave: ({ name }) => {
      if (name === "GroupingLabels") isGrouping = false;
    },
  });
  return { selectors, groupingLabels };
}
