// Dashboard: whether tablesnoopd itself is well, sees everything, and what it costs.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "./dashboard.js";
import { metric, UID } from "./names.js";
import { graph, list, number } from "./panels.js";
import { EXPORTER, labelVariables } from "./variables.js";

export function exporterHealth(): Dashboard {
  return dashboard({
    uid: UID.exporterHealth,
    title: "tablesnoop / Exporter health",
    description: "Is tablesnoopd well, does it see everything, and what does it cost?",
    variables: labelVariables("instance"),
    changesOf: EXPORTER,
    rows: [
      {
        title: "Is it well?",
        panels: [
          number({
            question: "How many exporters do not answer?",
            description: "Targets whose last scrape failed.",
            runbook: "tablesnoopdown",
            unit: "none",
            span: 5,
            limits: [1, 1],
            decimals: 0,
            expr: `count(up{${EXPORTER}} == 0) or vector(0)`,
          }),
          number({
            question: "How many see no route lookups?",
            description: "Exporters without any probe for route lookups attached.",
            runbook: "tablesnoopprobedetached",
            unit: "none",
            span: 5,
            limits: [1, 1],
            decimals: 0,
            expr: `count(max by (job, instance) (${metric("probe_attached")}{${EXPORTER}, probe=~"fib6?_table_lookup"}) == 0) or vector(0)`,
          }),
          number({
            question: "How many keys are beyond a limit?",
            description: "Keys folded into the series other, and namespaces and devices without room in the inventory.",
            runbook: "tablesnoopserieslimit",
            unit: "short",
            span: 5,
            limits: [1, 1000],
            decimals: 0,
            expr: `sum(${metric("series_folded_total")}{${EXPORTER}}) + sum(${metric("inventory_omitted")}{${EXPORTER}})`,
          }),
          number({
            question: "How many reads failed in the time shown?",
            description: "Reads from the kernel's side; the last good data is shown meanwhile.",
            runbook: "tablesnoopreaderrors",
            unit: "short",
            span: 5,
            limits: [1, 10],
            decimals: 0,
            expr: `sum(increase(${metric("read_errors_total")}{${EXPORTER}}[$__range]))`,
          }),
          number({
            question: "How many keep an old configuration?",
            description: "The web configuration could not be read when it last was; an older one stays in force.",
            runbook: "tablesnoopreloadfailed",
            unit: "none",
            span: 4,
            limits: [1, 1],
            decimals: 0,
            expr: `count(${metric("config_last_reload_successful")}{${EXPORTER}} == 0) or vector(0)`,
          }),
        ],
      },
      {
        title: "Does it see everything?",
        panels: [
          list({
            question: "Which probes are attached?",
            description: "1 attached, 0 not. Hooks of the backend that is not in use are 0.",
            runbook: "tablesnoopprobedetached",
            unit: "none",
            span: 12,
            expr: `${metric("probe_attached")}{${EXPORTER}}`,
            columns: { instance: "Router", probe: "Kernel hook", backend: "Backend", Value: "Attached" },
          }),
          graph({
            question: "How many lookups did the kernel not show?",
            description: "Runs skipped because the probe was already running on that CPU; each is a lookup not seen.",
            unit: "cps",
            span: 12,
            queries: [
              {
                expr: `sum by (instance, probe) (rate(${metric("probe_skipped_total")}{${EXPORTER}}[$__rate_interval]))`,
                legend: "{{instance}} {{probe}}",
              },
            ],
          }),
          graph({
            question: "How many lookups have lost their detail?",
            description:
              "Counted without namespace, table and result because the kernel's map was full; nothing is good.",
            runbook: "tablesnoopserieslimit",
            unit: "cps",
            span: 8,
            queries: [
              {
                expr: `sum by (instance, family) (rate(${metric("counter_overflow_total")}{${EXPORTER}}[$__rate_interval]))`,
                legend: "{{instance}} {{family}}",
              },
            ],
          }),
          graph({
            question: "Which reads fail?",
            description: "Failed reads from the kernel's side, by source.",
            runbook: "tablesnoopreaderrors",
            unit: "cps",
            span: 8,
            queries: [
              {
                expr: `sum by (instance, source) (rate(${metric("read_errors_total")}{${EXPORTER}}[$__rate_interval]))`,
                legend: "{{instance}} {{source}}",
              },
            ],
          }),
          graph({
            question: "Where does the stream lose events?",
            description: "By stage; the counters do not depend on the stream.",
            runbook: "tablesnoopeventsdropped",
            unit: "cps",
            span: 8,
            queries: [
              {
                expr: `sum by (instance, stage) (rate(${metric("events_dropped_total")}{${EXPORTER}}[$__rate_interval]))`,
                legend: "{{instance}} {{stage}}",
              },
            ],
          }),
        ],
      },
      {
        title: "What does it cost?",
        panels: [
          graph({
            question: "How long does a scrape take?",
            description: "As tablesnoopd measures it, and as Prometheus does.",
            unit: "s",
            span: 12,
            queries: [
              { expr: `${metric("scrape_duration_seconds")}{${EXPORTER}}`, legend: "{{instance}} itself" },
              { expr: `scrape_duration_seconds{${EXPORTER}}`, legend: "{{instance}} Prometheus" },
            ],
          }),
          graph({
            question: "How many samples does a scrape bring?",
            description: "Series of this exporter in Prometheus.",
            runbook: "tablesnoopserieslimit",
            unit: "short",
            span: 12,
            queries: [{ expr: `scrape_samples_scraped{${EXPORTER}}`, legend: "{{instance}}" }],
          }),
          graph({
            question: "How much CPU does the daemon use?",
            description: "Of one CPU. The cost of the probes is not in it: the kernel pays that within each lookup.",
            unit: "percentunit",
            span: 8,
            queries: [
              { expr: `rate(process_cpu_seconds_total{${EXPORTER}}[$__rate_interval])`, legend: "{{instance}}" },
            ],
          }),
          graph({
            question: "How much memory does the daemon use?",
            description: "Resident set.",
            unit: "bytes",
            span: 8,
            queries: [{ expr: `process_resident_memory_bytes{${EXPORTER}}`, legend: "{{instance}}" }],
          }),
          graph({
            question: "Is the daemon's event loop held up?",
            description: "The delay that 99 of 100 turns of the loop stay below.",
            unit: "s",
            span: 8,
            queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${EXPORTER}}`, legend: "{{instance}}" }],
          }),
          list({
            question: "Which versions run?",
            description: "The daemon, and what it runs on.",
            unit: "none",
            span: 24,
            expr: `${metric("build_info")}{${EXPORTER}}`,
            columns: {
              instance: "Router",
              version: "tablesnoop",
              revision: "Revision",
              node: "Node.js",
              libbpf: "libbpf",
            },
          }),
        ],
      },
    ],
  });
}
