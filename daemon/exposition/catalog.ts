// Every metric of ours: name, type, help, labels. The one list; docs, dashboards and alerts are checked against it.

export interface MetricSpec {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly labels: readonly string[];
}

export const CATALOG = {
  routeLookups: {
    name: "tablesnoop_route_lookups_total",
    type: "counter",
    help: "FIB table lookups by answer. One packet may cost several; egress is empty if the lookup failed.",
    labels: ["netns", "family", "table", "egress", "result"],
  },
  ruleLookups: {
    name: "tablesnoop_rule_lookups_total",
    type: "counter",
    help: "Walks of the policy rules by the rule that decided; priority is empty if none did.",
    labels: ["netns", "family", "priority", "action", "table", "result"],
  },
  noRoute: {
    name: "tablesnoop_no_route_total",
    type: "counter",
    help: "Packets (in) and sends (out) the kernel gave up on for want of a route, by its own account, which leaves out sends of IPv4 raw sockets.",
    labels: ["netns", "family", "direction"],
  },
  routeFailureRatio: {
    name: "tablesnoop_route_failure_ratio",
    type: "gauge",
    help: "Failed route lookups over all of them in the failure window, 0 to 1; absent without lookups.",
    labels: ["netns", "family", "table"],
  },
  ruleFailureRatio: {
    name: "tablesnoop_rule_failure_ratio",
    type: "gauge",
    help: "Failed rule lookups over all of them in the failure window, 0 to 1; absent without lookups.",
    labels: ["netns", "family"],
  },
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
    help: "Namespaces and devices that found no room in the last inventory.",
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

export type MetricId = keyof typeof CATALOG;

export type LabelsOf<Id extends MetricId> = Readonly<Record<(typeof CATALOG)[Id]["labels"][number], string>>;

/** One line of the exposition. A label set that stays the same object is formatted only once. */
export interface Sample<Id extends MetricId = MetricId> {
  readonly labels: LabelsOf<Id>;
  readonly value: number;
}
