// Names the dashboards share with the rest: metrics from the catalog, uids that links and bookmarks rely on.

import { CATALOG } from "../../../daemon/exposition/catalog.js";

export const TAG = "tablesnoop";

export const UID = {
  delivery: "tablesnoop-delivery",
  lookupFailures: "tablesnoop-lookup-failures",
  routerOverview: "tablesnoop-router-overview",
  exporterHealth: "tablesnoop-exporter-health",
  fleet: "tablesnoop-fleet",
} as const;

/** `id`: without the prefix all have. */
export function metric(id: string): string {
  const name = `tablesnoop_${id}`;
  if (CATALOG.some((spec) => spec.name === name)) return name;
  throw new Error(`make dashboards: there is no metric ${name}`);
}
