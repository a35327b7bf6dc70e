// Dashboard: of many routers, which fail now, ranked; and what watching them costs Prometheus.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "./dashboard.js";
import { metric, UID } from "./names.js";
import { graph, list, number } from "./panels.js";
import { EXPORTER, labelVariables } from "./variables.js";

/** Recorded by recording.rules.yml: a fleet is too large to divide raw counters at each refresh. */
const NO_ROUTE = `netns_family:tablesnoop_no_route:rate5m{${EXPORTER}}`;
const SHARE = `netns_family:tablesnoop_no_route:share5m{${EXPORTER}}`;

export function fleet(): Dashboard {
  return dashboard({
    uid: UID.fleet,
    title: "tablesnoop / Fleet",
    description: "Which routers, namespaces and families fail now? Needs the recording rules.",
    variables: labelVariables("instance"),
    changesOf: EXPORTER,
    rows: [
      {
        title: "Is the fleet well?",
        panels: [
          number({
            question: "How many routers are watched?",
            description: "Targets whose last scrape succeeded.",
            unit: "none",
            span: 6,
            decimals: 0,
            expr: `count(up{${EXPORTER}} == 1) or vector(0)`,
          }),
          number({
            question: "How many do not answer?",
            description: "Targets whose last scrape failed: nothing is known of their routing.",
            runbook: "tablesnoopdown",
            unit: "none",
            span: 6,
            limits: [1, 1],
            decimals: 0,
            expr: `count(up{${EXPORTER}} == 0) or vector(0)`,
          }),
          number({
            question: "How many routers lose packets?",
            description: "Routers with a namespace that loses more than one packet a second for want of a route.",
            runbook: "tablesnoopnoroutespike",
            unit: "none",
            span: 6,
            limits: [1, 5],
            decimals: 0,
            expr: `count(count by (job, instance) (${NO_ROUTE} > 1)) or vector(0)`,
          }),
          number({
            question: "How many routers have a firing alert?",
            description: "Routers with at least one alert of tablesnoop.",
            unit: "none",
            span: 6,
            limits: [1, 5],
            decimals: 0,
            expr: `count(count by (job, instance) (ALERTS{${EXPORTER}, alertname=~"Tablesnoop.*", alertstate="firing"})) or vector(0)`,
          }),
        ],
      },
      {
        title: "Which fail now?",
        panels: [
          list({
            question: "Which routers and namespaces lose most packets?",
            description: "Packets a second without a route over the last five minutes, the worst fifty.",
            runbook: "tablesnoopnoroutespike",
            unit: "pps",
            span: 12,
            expr: `topk(50, ${NO_ROUTE} > 0)`,
            columns: { instance: "Router", netns: "Namespace", family: "Family", Value: "Packets a second" },
          }),
          list({
            question: "Where is the share largest?",
            description: "Share of the traffic without a route over the last five minutes, the worst fifty.",
            runbook: "tablesnoopnoroutespike",
            unit: "percentunit",
            span: 12,
            expr: `topk(50, ${SHARE} > 0)`,
            columns: { instance: "Router", netns: "Namespace", family: "Family", Value: "Share" },
          }),
          graph({
            question: "Which routers lose packets, and since when?",
            description: "Packets a second without a route: the ten routers that lose most.",
            runbook: "tablesnoopnoroutespike",
            unit: "pps",
            span: 24,
            queries: [
              {
                expr: `topk(10, sum by (job, instance) (${NO_ROUTE}) > 0)`,
                legend: "{{instance}}",
              },
            ],
          }),
        ],
      },
      {
        title: "What does watching cost?",
        panels: [
          graph({
            question: "Which routers bring most series?",
            description: "Samples of the last scrape: the ten largest.",
            runbook: "tablesnoopserieslimit",
            unit: "short",
            span: 12,
            queries: [{ expr: `topk(10, scrape_samples_scraped{${EXPORTER}})`, legend: "{{instance}}" }],
          }),
          graph({
            question: "Which routers answer slowly?",
            description: "Duration of the last scrape: the ten longest.",
            unit: "s",
            span: 12,
            queries: [{ expr: `topk(10, scrape_duration_seconds{${EXPORTER}})`, legend: "{{instance}}" }],
          }),
          list({
            question: "How many routers run each version?",
            description: "By version and revision.",
            unit: "none",
            span: 24,
            expr: `count by (version, revision) (${metric("build_info")}{${EXPORTER}})`,
            columns: { version: "Version", revision: "Revision", Value: "Routers" },
          }),
        ],
      },
    ],
  });
}
