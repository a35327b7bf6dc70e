// What tunnel devices could not send, by their own statistics.

import type { Account } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import { SeriesSums } from "../series_sums.js";

const ERRORS = {
  name: "tablesnoop_tunnel_errors_total",
  type: "counter",
  help: "Packets a tunnel could not send, by the device's own statistics: no route for the outer packet, a route back into the tunnel, no entry in VXLAN's forwarding table.",
  labels: ["netns", "device", "kind", "reason"],
} as const;

export const tunnelErrors: Account = {
  metric: ERRORS,
  open() {
    const sums = new SeriesSums<LabelsOf<typeof ERRORS>>(ERRORS.labels);
    return ({ tunnels }, { label }) => {
      for (const { netns: cookie, name: device, kind, noRoute, loop, dropped } of tunnels) {
        const netns = label(cookie);
        if (netns === undefined) continue;
        const of = (reason: string) => ({ netns, device, kind, reason });
        sums.add(of("no_route"), noRoute);
        sums.add(of("loop"), loop);
        if (kind === "vxlan") sums.add(of("no_fdb_entry"), dropped);
      }
      return sums.take();
    };
  },
  trouble: ({ netns = "", device = "", reason: detail = "" }) => ({
    ...({ cause: "tunnel", netns, family: "", device, detail } as const),
  }),
};
