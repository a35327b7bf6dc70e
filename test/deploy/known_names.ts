// What expressions may name: the catalog, what the recording rules make of it, and what Prometheus and the runtime add.

import { CATALOG } from "../../daemon/exposition/catalog.js";
import { readExpression } from "./promql.js";

/** Prometheus adds them to whatever it scrapes. */
const TARGET_LABELS = ["job", "instance"];

const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  up: [],
  scrape_duration_seconds: [],
  scrape_samples_scraped: [],
  ALERTS: ["alertname", "alertstate", "severity", "netns", "family", "table", "device"],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  nodejs_eventloop_lag_p99_seconds: [],
};

/** Complaints about metrics and labels in an expression that nobody exports. */
export function unknownNames(expression: string): string[] {
  const { selectors, groupingLabels } = readExpression(expression);
  const complaints: string[] = [];
  const allLabels = new Set<string>();
  for (const { metric, labels } of selectors) {
    const known = labelsOf(metric);
    if (known === undefined) complaints.push(`metric ${metric}`);
    for (const label of known ?? []) allLabels.add(label);
    for (const label of labels) if (!known?.includes(label)) complaints.push(`label ${label} of ${metric}`);
  }
  for (const label of groupingLabels) if (!allLabels.has(label)) complaints.push(`label ${label}`);
  return complaints;
}

/** Undefined for a metric that nobody exports. A recorded name begins with its labels. */
function labelsOf(metric: string): readonly string[] | undefined {
  const [level = "", ...operation] = metric.split(":");
  const own =
    operation.length > 0 ? level.split("_") : (CATALOG.find(({ name }) => name === metric)?.labels ?? FOREIGN[metric]);
  return own && [...TARGET_LABELS, ...own];
}
