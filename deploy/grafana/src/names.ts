// Names the dashboards share with the rest: metrics from the catalog, uids that links and bookmarks rely on.

import { CATALOG, type MetricId } from "../../../daemon/exposition/catalog.js";

export const TAG = "tablesnoop";

export const UID = {
  lookupFailures: "tablesnoop-lookup-failures",
  routerOverview: "tablesnoop-router-overview",
  exporterHealth: "tablesnoop-exporter-health",
  fleet: "tablesnoop-fleet",
} as const;

export function metric(id: MetricId): string {
  return CATALOG[id].name;
}
