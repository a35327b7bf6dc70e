// Dashboard: is there a problem, where, since when, of which kind.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "./dashboard.js";
import { metric, UID } from "./names.js";
import { graph, list, number } from "./panels.js";
import { EXPORTER, LOOKUPS, labelVariables, NETNS, NETNS_FAMILY } from "./variables.js";

const NO_ROUTE = `rate(${metric("no_route_total")}{${NETNS_FAMILY}}[$__rate_interval])`;
const ROUTES = metric("route_lookups_total");
const RULES = metric("rule_lookups_total");
/** Not narrowed to tables: the kernel's verdict knows none. Of exporters that tell no packets, lookups stand in for them. */
const ROUTED =
  `(sum by (job, instance, netns, family) (rate(${metric("packets_total")}{${NETNS_FAMILY}, path=~"forwarded|sent"}[$__rate_interval])) or ` +
  `sum by (job, instance, netns, family) (rate(${ROUTES}{${NETNS_FAMILY}, result="found"}[$__rate_interval])))`;
const FAILED = `rate(${ROUTES}{${LOOKUPS}, result!="found"}[$__rate_interval])`;
const ON_PURPOSE = `rate(${ROUTES}{${LOOKUPS}, result=~"unreachable|prohibit|blackhole|throw"}[$__rate_interval])`;

export function lookupFailures(): Dashboard {
  return dashboard({
    uid: UID.lookupFailures,
    title: "tablesnoop / Lookup failures",
    description: "Is there a problem with routing, where, since when, and of which kind?",
    variables: labelVariables("table"),
    changesOf: NETNS_FAMILY,
    rows: [
      {
        title: "Is there a problem?",
        panels: [
          number({
            question: "How many packets does the kernel give up on?",
            description: "Packets and sends without a route, by the kernel's own account.",
            runbook: "tablesnoopnoroutespike",
            unit: "pps",
            span: 6,
            limits: [1, 5],
            expr: `sum(${NO_ROUTE})`,
          }),
          number({
            question: "What share of the packets has no route?",
            description: "Packets without a route over these and the packets forwarded and sent.",
            runbook: "tablesnoopnoroutespike",
            unit: "percentunit",
            span: 6,
            limits: [0.05, 0.25],
            expr: `sum(${NO_ROUTE}) / (sum(${NO_ROUTE}) + (sum(${ROUTED}) or vector(0)) > 0)`,
          }),
          number({
            question: "How many alerts are firing?",
            description: "Alerts of tablesnoop for these routers, if Prometheus has its rules.",
            unit: "none",
            span: 6,
            limits: [1, 2],
            decimals: 0,
            expr: `count(ALERTS{${EXPORTER}, alertname=~"Tablesnoop.*", alertstate="firing"}) or vector(0)`,
          }),
          number({
            question: "How many routers are not watched?",
            description:
              "Routers that do not answer, or have no probe for route lookups attached: silence proves nothing.",
            runbook: "tablesnoopdown",
            unit: "none",
            span: 6,
            limits: [1, 1],
            decimals: 0,
            expr:
              `(count(up{${EXPORTER}} == 0) or vector(0)) + ` +
              `(count(max by (job, instance) (${metric("probe_attached")}{${EXPORTER}, probe=~"fib6?_table_lookup"}) == 0) or vector(0))`,
          }),
        ],
      },
      {
        title: "Since when?",
        panels: [
          graph({
            question: "Which namespaces lose packets for want of a route?",
            description: "The kernel's own account; in: received or forwarded, out: sent by a local program.",
            runbook: "tablesnoopnoroutespike",
            unit: "pps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family, direction) (${NO_ROUTE}) > 0)`,
                legend: "{{instance}} {{netns}} {{family}} {{direction}}",
              },
            ],
          }),
          graph({
            question: "Is it more than usual?",
            description: "Packets without a route now, and their average over the hour before.",
            runbook: "tablesnoopnoroutespike",
            unit: "pps",
            span: 12,
            queries: [
              { expr: `sum(${NO_ROUTE})`, legend: "now" },
              { expr: `sum(rate(${metric("no_route_total")}{${NETNS_FAMILY}}[1h] offset 5m))`, legend: "past hour" },
            ],
          }),
        ],
      },
      {
        title: "Where?",
        panels: [
          list({
            question: "Which tables fail?",
            description:
              "Failed lookups over the time shown. A miss in local, or in a table behind which another answers, is normal.",
            runbook: "tablesnooptablefailures",
            unit: "short",
            span: 12,
            expr:
              `topk(50, sum by (instance, netns, family, table, result) ` +
              `(increase(${ROUTES}{${LOOKUPS}, result!="found"}[$__range])) > 0)`,
            columns: {
              instance: "Router",
              netns: "Namespace",
              family: "Family",
              table: "Table",
              result: "Result",
              Value: "Lookups",
            },
          }),
          graph({
            question: "What share of its lookups does each table fail?",
            description: "Everything but found; the twenty worst. Points are destinations, where exemplars are kept.",
            runbook: "tablesnooptablefailures",
            unit: "percentunit",
            span: 12,
            max: 1,
            hasExemplars: true,
            queries: [
              {
                expr:
                  `topk(20, sum by (instance, netns, family, table) (${FAILED}) / ` +
                  `(sum by (instance, netns, family, table) (rate(${ROUTES}{${LOOKUPS}}[$__rate_interval])) > 0))`,
                legend: "{{instance}} {{netns}} {{family}} {{table}}",
              },
            ],
          }),
          graph({
            question: "Which egress lost its traffic?",
            description:
              "Lookups that found a route, by the device chosen: what falls to zero is where routes went away.",
            unit: "cps",
            span: 24,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, egress) (rate(${ROUTES}{${LOOKUPS}, result="found"}[$__rate_interval])))`,
                legend: "{{instance}} {{netns}} {{egress}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Of which kind?",
        panels: [
          graph({
            question: "How do lookups fail?",
            description: "no_route: nothing matched in that table; the others were answers of a route.",
            unit: "cps",
            span: 8,
            isStacked: true,
            queries: [{ expr: `sum by (result) (${FAILED})`, legend: "{{result}}" }],
          }),
          graph({
            question: "Which tables refuse on purpose?",
            description: "Answers that somebody configured: unreachable, prohibit, blackhole and throw routes.",
            runbook: "tablesnooptablerejects",
            unit: "cps",
            span: 8,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family, table, result) (${ON_PURPOSE}) > 0)`,
                legend: "{{instance}} {{netns}} {{family}} {{table}} {{result}}",
              },
            ],
          }),
          graph({
            question: "Which rules end without a route?",
            description: "By the rule that decided; priority is empty if none did. Needs the trampoline backend.",
            runbook: "tablesnooprulerejects",
            unit: "cps",
            span: 8,
            queries: [
              {
                expr:
                  `topk(20, sum by (instance, netns, family, priority, action, result) ` +
                  `(rate(${RULES}{${NETNS}, family=~"$family", result!="found"}[$__rate_interval])) > 0)`,
                legend: "{{instance}} {{netns}} {{family}} {{priority}} {{action}} {{result}}",
              },
            ],
          }),
        ],
      },
    ],
  });
}
