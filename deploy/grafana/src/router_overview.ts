// Dashboard: what the routers look up, by namespace, table, egress and answer, and which rules decide.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "./dashboard.js";
import { metric, UID } from "./names.js";
import { graph, list, number } from "./panels.js";
import { LOOKUPS, labelVariables, NETNS, NETNS_FAMILY } from "./variables.js";

const ROUTES = `rate(${metric("route_lookups_total")}{${LOOKUPS}}[$__rate_interval])`;
const FOUND = `rate(${metric("route_lookups_total")}{${LOOKUPS}, result="found"}[$__rate_interval])`;
const RULES = `rate(${metric("rule_lookups_total")}{${NETNS_FAMILY}}[$__rate_interval])`;

export function routerOverview(): Dashboard {
  return dashboard({
    uid: UID.routerOverview,
    title: "tablesnoop / Router overview",
    description: "What do the routers look up, where, and with which answer?",
    variables: labelVariables("table"),
    changesOf: NETNS_FAMILY,
    rows: [
      {
        title: "At a glance",
        panels: [
          number({
            question: "How many lookups a second?",
            description: "Walks of one table for one flow; one packet may cost several.",
            unit: "cps",
            span: 6,
            expr: `sum(${ROUTES})`,
          }),
          number({
            question: "What share of lookups finds a route?",
            description: "Misses in local and in tables behind which another answers are normal.",
            unit: "percentunit",
            span: 6,
            expr: `sum(${FOUND}) / (sum(${ROUTES}) > 0)`,
          }),
          number({
            question: "How many namespaces are there?",
            description: "Network namespaces that live now.",
            unit: "none",
            span: 6,
            decimals: 0,
            expr: `count(${metric("netns_info")}{${NETNS}})`,
          }),
          number({
            question: "How many tables are asked?",
            description: "Routing tables that were looked up, of each namespace and family.",
            unit: "none",
            span: 6,
            decimals: 0,
            expr: `count(count by (instance, netns, family, table) (${metric("route_lookups_total")}{${LOOKUPS}}))`,
          }),
        ],
      },
      {
        title: "Route lookups",
        panels: [
          graph({
            question: "Which namespaces look up most?",
            description: "The twenty busiest.",
            unit: "cps",
            span: 12,
            queries: [{ expr: `topk(20, sum by (instance, netns) (${ROUTES}))`, legend: "{{instance}} {{netns}}" }],
          }),
          graph({
            question: "Which tables are looked up most?",
            description: "The twenty busiest, of each namespace and family.",
            unit: "cps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family, table) (${ROUTES}))`,
                legend: "{{instance}} {{netns}} {{family}} {{table}}",
              },
            ],
          }),
          graph({
            question: "Which egress devices are chosen?",
            description: "Lookups that found a route; multipath where the hook cannot tell the nexthop.",
            unit: "cps",
            span: 12,
            isStacked: true,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, egress) (${FOUND}))`,
                legend: "{{instance}} {{netns}} {{egress}}",
              },
            ],
          }),
          graph({
            question: "What are the answers?",
            description: "All lookups by result.",
            unit: "cps",
            span: 12,
            isStacked: true,
            queries: [{ expr: `sum by (result) (${ROUTES})`, legend: "{{result}}" }],
          }),
          graph({
            question: "How much is IPv4, how much IPv6?",
            description: "All lookups by family.",
            unit: "cps",
            span: 12,
            isStacked: true,
            queries: [{ expr: `sum by (family) (${ROUTES})`, legend: "{{family}}" }],
          }),
          graph({
            question: "What share of the last minute's lookups failed?",
            description: "The ratio as tablesnoopd tells it, over its own failure window.",
            runbook: "tablesnooptablefailures",
            unit: "percentunit",
            span: 12,
            max: 1,
            queries: [
              {
                expr: `topk(20, ${metric("route_failure_ratio")}{${LOOKUPS}})`,
                legend: "{{instance}} {{netns}} {{family}} {{table}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Verdicts",
        panels: [
          graph({
            question: "Which packets does the kernel give up on?",
            description: "Packets (in) and sends (out) without a route, by the kernel's own account.",
            runbook: "tablesnoopnoroutespike",
            unit: "pps",
            span: 12,
            queries: [
              {
                expr: `sum by (family, direction) (rate(${metric("no_route_total")}{${NETNS_FAMILY}}[$__rate_interval]))`,
                legend: "{{family}} {{direction}}",
              },
            ],
          }),
          list({
            question: "Which namespace is which?",
            description: "Name, inode (as in /proc/PID/ns/net) and the kernel's cookie.",
            unit: "none",
            span: 12,
            expr: `${metric("netns_info")}{${NETNS}}`,
            columns: { instance: "Router", netns: "Namespace", inode: "Inode", cookie: "Cookie" },
          }),
        ],
      },
      {
        title: "Rules (trampoline backend only)",
        panels: [
          graph({
            question: "Which rules decide?",
            description: "Walks of the policy rules by the rule that decided.",
            unit: "cps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family, priority, action, table) (${RULES}))`,
                legend: "{{instance}} {{netns}} {{family}} {{priority}} {{action}} {{table}}",
              },
            ],
          }),
          graph({
            question: "What share of the last minute's rule lookups failed?",
            description: "The ratio as tablesnoopd tells it, over its own failure window.",
            runbook: "tablesnooprulerejects",
            unit: "percentunit",
            span: 12,
            max: 1,
            queries: [
              {
                expr: `topk(20, ${metric("rule_failure_ratio")}{${NETNS_FAMILY}})`,
                legend: "{{instance}} {{netns}} {{family}}",
              },
            ],
          }),
        ],
      },
    ],
  });
}
