// Every metric of ours: name, type, help, labels. The one list; docs, dashboards and alerts are checked against it.

import { COLLECTORS } from "../kinds/collectors.js";
import { KINDS } from "../kinds/list.js";
import type { MetricSpec } from "../kinds/metric.js";
import { WATCHED_ROUTE } from "../watched/watched_routes.js";

/** Those of the daemon itself. */
export const OWN = {
  netnsInfo: {
    name: "tablesnoop_netns_info",
    type: "gauge",
    help: "Identity of each network namespace; always 1.",
    labels: ["netns", "cookie", "inode"],
  },
  probeAttached: {
    name: "tablesnoop_probe_attached",
    type: "gauge",
    help: "Whether the probe is attached to its kernel hook: 1 or 0.",
    labels: ["probe", "backend"],
  },
  probeSkipped: {
    name: "tablesnoop_probe_skipped_total",
    type: "counter",
    help: "Runs the kernel skipped because the probe was already running on that CPU; each is a lookup not seen.",
    labels: ["probe", "backend"],
  },
  counterOverflow: {
    name: "tablesnoop_counter_overflow_total",
    type: "counter",
    help: "Lookups counted without detail because the kernel's counter map was full; shown once there are any.",
    labels: ["family"],
  },
  eventsDropped: {
    name: "tablesnoop_events_dropped_total",
    type: "counter",
    help: "Lookups lost on their way to listeners: no room in the kernel's ring, none in a listener's queue, not understood.",
    labels: ["stage"],
  },
  streamListeners: {
    name: "tablesnoop_stream_listeners",
    type: "gauge",
    help: "Clients that listen to the stream.",
    labels: [],
  },
  streamLines: {
    name: "tablesnoop_stream_lines_total",
    type: "counter",
    help: "Lines handed to clients of the stream.",
    labels: [],
  },
  seriesFolded: {
    name: "tablesnoop_series_folded_total",
    type: "counter",
    help: "Counted keys whose lookups went to the series named other because of the series limit, each once.",
    labels: [],
  },
  inventoryOmitted: {
    name: "tablesnoop_inventory_omitted",
    type: "gauge",
    help: "Namespaces, devices and tables with default routes that found no room in the last inventory.",
    labels: [],
  },
  readErrors: {
    name: "tablesnoop_read_errors_total",
    type: "counter",
    help: "Failed reads from the kernel's side, by source; the last good data is shown meanwhile.",
    labels: ["source"],
  },
  reloadSuccessful: {
    name: "tablesnoop_config_last_reload_successful",
    type: "gauge",
    help: "Whether the configuration could be read when it last was: 1, or 0 if an older one stays in force.",
    labels: [],
  },
  reloadSuccessTime: {
    name: "tablesnoop_config_last_reload_success_timestamp_seconds",
    type: "gauge",
    help: "When the configuration in force was read, in seconds since 1970.",
    labels: [],
  },
  logLinesDropped: {
    name: "tablesnoop_log_lines_dropped_total",
    type: "counter",
    help: "Log lines lost because nobody read the log, or its disk was full.",
    labels: [],
  },
  buildInfo: {
    name: "tablesnoop_build_info",
    type: "gauge",
    help: "Versions of the daemon and of what it runs on; always 1.",
    labels: ["version", "revision", "node", "libbpf"],
  },
  scrapeDuration: {
    name: "tablesnoop_scrape_duration_seconds",
    type: "gauge",
    help: "How long the last finished scrape took.",
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

const counters = KINDS.flatMap((kind) => kind.counters);

export const CATALOG: readonly MetricSpec[] = [
  ...counters.map(({ metric }) => metric),
  ...COLLECTORS.flatMap(({ accounts }) => accounts.map(({ metric }) => metric)),
  ...counters.flatMap(({ ratio }) => ratio?.metric ?? []),
  WATCHED_ROUTE,
  ...Object.values(OWN),
];
