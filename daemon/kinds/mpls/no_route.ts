// Labelled packets, by the statistics the kernel keeps for each device.

import type { Account } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import { SeriesSums } from "../series_sums.js";

const NO_ROUTE = {
  name: "tablesnoop_mpls_no_route_total",
  type: "counter",
  help: "Labelled packets whose label has no route, by the kernel's own account of each device that takes labels.",
  labels: ["netns", "device"],
} as const;

export const noRoute: Account = {
  metric: NO_ROUTE,
  open() {
    const sums = new SeriesSums<LabelsOf<typeof NO_ROUTE>>(NO_ROUTE.labels);
    return ({ mpls }, { label }) => {
      for (const { netns: cookie, name: device, noRoute: packets } of mpls) {
        const netns = label(cookie);
        if (netns !== undefined) sums.add({ netns, device }, packets);
      }
      return sums.take();
    };
  },
  trouble: ({ netns = "", device = "" }) => ({ cause: "mpls", netns, family: "", device, detail: "" }),
};
