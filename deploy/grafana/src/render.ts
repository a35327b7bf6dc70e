// The dashboards as files: name and text.

import { delivery } from "./delivery.js";
import { exporterHealth } from "./exporter_health.js";
import { fleet } from "./fleet.js";
import { lookupFailures } from "./lookup_failures.js";
import { routerOverview } from "./router_overview.js";

/** File names within deploy/grafana/dashboards/, with their contents. */
export function renderDashboards(): ReadonlyMap<string, string> {
  const dashboards = {
    "lookup_failures.json": lookupFailures(),
    "router_overview.json": routerOverview(),
    "delivery.json": delivery(),
    "exporter_health.json": exporterHealth(),
    "fleet.json": fleet(),
  };
  return new Map(Object.entries(dashboards).map(([file, model]) => [file, `${JSON.stringify(model, null, 2)}\n`]));
}
