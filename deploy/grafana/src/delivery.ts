// Dashboard: a route was found; what happens to the packet then. Neighbours, bridges, tunnels, drops, default routes.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "./dashboard.js";
import { metric, UID } from "./names.js";
import { graph, number } from "./panels.js";
import { EXPORTER, LOOKUPS, labelVariables, NETNS, NETNS_FAMILY } from "./variables.js";

/** The neighbour tables are those of a kernel, not of a namespace; prefixes are watched in the daemon's own. */
const KERNEL = `${EXPORTER}, family=~"$family"`;

const PACKETS = perSecond("packets_total", NETNS_FAMILY);
const ROUTED = perSecond("packets_total", `${NETNS_FAMILY}, path=~"forwarded|sent"`);
const NO_ROUTE = perSecond("no_route_total", NETNS_FAMILY);
const FAILED = perSecond("neighbour_resolutions_total", `${NETNS_FAMILY}, result="failed"`);
const DROPS = perSecond("drops_total", NETNS_FAMILY);
const ENTRIES = `${metric("neighbour_entries")}{${KERNEL}}`;
const ENTRIES_MAX = `${metric("neighbour_entries_max")}{${KERNEL}}`;
const DEFAULT_ROUTES = `${metric("default_routes")}{${LOOKUPS}}`;
const ENCAPS = perSecond("encap_lookups_total", LOOKUPS);

export function delivery(): Dashboard {
  return dashboard({
    uid: UID.delivery,
    title: "tablesnoop / Delivery",
    description: "Packets that have a route: do they arrive, and if not, for which reason?",
    variables: labelVariables("table"),
    changesOf: NETNS_FAMILY,
    rows: [
      {
        title: "Is there a problem?",
        panels: [
          number({
            question: "How many default routes are lost?",
            description: "Tables that had a default route and have none now.",
            runbook: "tablesnoopdefaultroutelost",
            unit: "none",
            span: 6,
            limits: [1, 1],
            decimals: 0,
            expr: `count(${DEFAULT_ROUTES} == 0) or vector(0)`,
          }),
          number({
            question: "How many neighbours do not answer?",
            description:
              "Failed resolutions a second; a dead neighbour that packets go to fails once in three seconds.",
            runbook: "tablesnoopneighbourfailures",
            unit: "cps",
            span: 6,
            limits: [0.1, 1],
            expr: `sum(${FAILED}) or vector(0)`,
          }),
          number({
            question: "How full is the fullest neighbour table?",
            description: "Entries over the kernel's limit, gc_thresh3; one table for all namespaces.",
            runbook: "tablesnoopneighbourtablenearlyfull",
            unit: "percentunit",
            span: 6,
            limits: [0.75, 0.9],
            expr: `max(${ENTRIES} / (${ENTRIES_MAX} > 0))`,
          }),
          number({
            question: "How many packets are dropped?",
            description: "Packets dropped for a routing or neighbour reason, where the kernel tells reasons.",
            unit: "pps",
            span: 6,
            limits: [1, 5],
            expr: `sum(${DROPS}) or vector(0)`,
          }),
        ],
      },
      {
        title: "Packets and IP errors",
        panels: [
          graph({
            question: "Where do packets go?",
            description: "The kernel's own account: forwarded, sent by local programs, delivered to them.",
            unit: "pps",
            span: 8,
            isStacked: true,
            queries: [{ expr: `sum by (path) (${PACKETS})`, legend: "{{path}}" }],
          }),
          graph({
            question: "What share of the packets finds no route?",
            description: "No route over no route, forwarded and sent; the twenty worst.",
            runbook: "tablesnoopnoroutespike",
            unit: "percentunit",
            span: 8,
            max: 1,
            queries: [
              {
                expr:
                  `topk(20, sum by (instance, netns, family) (${NO_ROUTE}) / ` +
                  `(sum by (instance, netns, family) (${NO_ROUTE}) + sum by (instance, netns, family) (${ROUTED}) > 0) > 0)`,
                legend: "{{instance}} {{netns}} {{family}}",
              },
            ],
          }),
          graph({
            question: "Which errors does IP count?",
            description: "rp_filter: the way back is another; header: TTL and malformed; address: not ours to forward.",
            runbook: "tablesnoopreversepathdrops",
            unit: "pps",
            span: 8,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family, reason) (${perSecond("ip_errors_total", NETNS_FAMILY)}) > 0)`,
                legend: "{{instance}} {{netns}} {{family}} {{reason}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Neighbours",
        panels: [
          graph({
            question: "On which devices do neighbours not answer?",
            description: "Failed resolutions of ARP and neighbour discovery.",
            runbook: "tablesnoopneighbourfailures",
            unit: "cps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family, device) (${FAILED}) > 0)`,
                legend: "{{instance}} {{netns}} {{family}} {{device}}",
              },
            ],
          }),
          graph({
            question: "How do resolutions end?",
            description: "All of them by result.",
            unit: "cps",
            span: 12,
            isStacked: true,
            queries: [
              {
                expr: `sum by (result) (${perSecond("neighbour_resolutions_total", NETNS_FAMILY)})`,
                legend: "{{result}}",
              },
            ],
          }),
          graph({
            question: "Where do packets wait for a neighbour?",
            description: "Packets queued because the neighbour's address was not known yet.",
            unit: "pps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family, device) (${perSecond("neighbour_waiting_packets_total", NETNS_FAMILY)}))`,
                legend: "{{instance}} {{netns}} {{family}} {{device}}",
              },
            ],
          }),
          graph({
            question: "How full are the neighbour tables?",
            description: "Entries over gc_thresh3, for all namespaces together.",
            runbook: "tablesnoopneighbourtablenearlyfull",
            unit: "percentunit",
            span: 6,
            max: 1,
            queries: [{ expr: `topk(20, ${ENTRIES} / (${ENTRIES_MAX} > 0))`, legend: "{{instance}} {{family}}" }],
          }),
          graph({
            question: "How many entries are refused?",
            description: "New neighbours for which the table had no room.",
            runbook: "tablesnoopneighbourtablefull",
            unit: "cps",
            span: 6,
            queries: [
              {
                expr: `topk(20, sum by (instance, family) (${perSecond("neighbour_table_full_total", KERNEL)}))`,
                legend: "{{instance}} {{family}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Drops by reason",
        panels: [
          graph({
            question: "For which reasons are packets dropped?",
            description: "The kernel's own words; reasons of routing and neighbours only.",
            unit: "pps",
            span: 12,
            isStacked: true,
            queries: [{ expr: `sum by (reason) (${DROPS})`, legend: "{{reason}}" }],
          }),
          graph({
            question: "On which devices are packets dropped?",
            description: "The twenty worst; the device the packet was on, empty if it was on none yet.",
            unit: "pps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family, device, reason) (${DROPS}) > 0)`,
                legend: "{{instance}} {{netns}} {{family}} {{device}} {{reason}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Bridges",
        panels: [
          graph({
            question: "Which bridges see addresses move?",
            description: "Addresses that were learned at another port than before; many are a loop or a duplicate.",
            runbook: "tablesnoopmacflapping",
            unit: "cps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, bridge) (${perSecond("fdb_updates_total", `${NETNS}, change="moved"`)}) > 0)`,
                legend: "{{instance}} {{netns}} {{bridge}}",
              },
            ],
          }),
          graph({
            question: "How do the forwarding tables of bridges change?",
            description: "Addresses learned, moved to another port, removed.",
            unit: "cps",
            span: 12,
            isStacked: true,
            queries: [{ expr: `sum by (change) (${perSecond("fdb_updates_total", NETNS)})`, legend: "{{change}}" }],
          }),
        ],
      },
      {
        title: "Tunnels and labels",
        panels: [
          graph({
            question: "Which tunnels cannot send?",
            description:
              "no_route: for the outer packet; loop: it leads back into the tunnel; no_fdb_entry: VXLAN only.",
            runbook: "tablesnooptunnelnoroute",
            unit: "pps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, device, kind, reason) (${perSecond("tunnel_errors_total", NETNS)}) > 0)`,
                legend: "{{instance}} {{netns}} {{device}} {{kind}} {{reason}}",
              },
            ],
          }),
          graph({
            question: "Where do labelled packets find no route?",
            description: "MPLS, by the device they arrived on; none where the kernel's MPLS is not in use.",
            runbook: "tablesnoopmplsnoroute",
            unit: "pps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, device) (${perSecond("mpls_no_route_total", NETNS)}))`,
                legend: "{{instance}} {{netns}} {{device}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Encapsulations",
        panels: [
          graph({
            question: "Which encapsulations do routes lead into?",
            description: "Route lookups whose nexthop is a lightweight tunnel.",
            unit: "cps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, table, encap) (${ENCAPS}))`,
                legend: "{{instance}} {{netns}} {{table}} {{encap}}",
              },
            ],
          }),
          graph({
            question: "What do SRv6 segments do here?",
            description: "Lookups that met a segment of this router, by its behaviour.",
            unit: "cps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, action) (${perSecond("encap_lookups_total", `${LOOKUPS}, encap="seg6local"`)}))`,
                legend: "{{instance}} {{netns}} {{action}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Default routes and watched prefixes",
        panels: [
          graph({
            question: "How many default routes has each table?",
            description: "Tables that have or had one; 0 is a lost one.",
            runbook: "tablesnoopdefaultroutelost",
            unit: "none",
            span: 12,
            queries: [
              { expr: `bottomk(20, ${DEFAULT_ROUTES})`, legend: "{{instance}} {{netns}} {{family}} {{table}}" },
            ],
          }),
          graph({
            question: "Where do routes change?",
            description: "Changes of routes by the kernel's own sequence numbers.",
            unit: "cps",
            span: 12,
            queries: [
              {
                expr: `topk(20, sum by (instance, netns, family) (${perSecond("fib_changes_total", NETNS_FAMILY)}) > 0)`,
                legend: "{{instance}} {{netns}} {{family}}",
              },
            ],
          }),
          graph({
            question: "Are the watched prefixes routed?",
            description:
              "Prefixes of --watch-route: 1 while a route of at least that length answers, 0 while none does.",
            runbook: "tablesnoopwatchedroutemissing",
            unit: "none",
            span: 24,
            max: 1,
            queries: [
              {
                expr: `bottomk(20, ${metric("watched_route")}{${KERNEL}})`,
                legend: "{{instance}} {{prefix}} {{table}} {{egress}}",
              },
            ],
          }),
        ],
      },
    ],
  });
}

function perSecond(id: string, selector: string): string {
  return `rate(${metric(id)}{${selector}}[$__rate_interval])`;
}
