// One device of a given name and 23 lookups through it, as the daemon exposes them.

import { buildCounting } from "../../daemon/counting.js";
import type { Format } from "../../daemon/exposition/families.js";
import { NetnsNames } from "../../daemon/netns/names.js";
import { Naming } from "../../daemon/netns/naming.js";
import { RtTables } from "../../daemon/netns/rt_tables.js";
import { FakeSession } from "../support/fake_session.js";

const HOUR_MS = 3_600_000;

export function exposeDevice(name: string, format: Format): Promise<string> {
  const session = new FakeSession();
  session.addNetns({ cookie: 1n, isFirst: true });
  session.setDevice({ netns: 1n, ifindex: 2, name });
  session.count({ netns: 1n, egress: 2 }, 23);
  const report = (error?: Error) => {
    if (error !== undefined) throw error;
  };
  const names = new Naming({
    keepMs: HOUR_MS,
    report,
    names: new NetnsNames(report, { folders: [], reference: "/proc/self/ns/net" }),
    tables: new RtTables(report, "/nonexistent"),
  });
  const { exposition } = buildCounting({
    config: {
      ...{ failureWindowMs: HOUR_MS, seriesExpiryMs: HOUR_MS, seriesMax: 100, netns: [], exporterMetrics: false },
      collectors: {
        route: true,
        rule: false,
        encap: false,
        neighbour: false,
        fdb: false,
        drop: false,
        "dst-cache": false,
        mib: false,
        tunnel: false,
        mpls: false,
        netfilter: false,
        srv6: false,
        "socket-cache": false,
        change: false,
      },
    },
    session,
    names,
    clock: () => 0,
    tell: (source, error) => {
      if (error !== undefined) throw new Error(`read ${source}`, { cause: error });
    },
    stream: () => ({ listeners: 0, lines: 0 }),
    reloads: () => ({ isGood: true, goodSince: 0 }),
    logLinesDropped: () => 0,
    build: { version: "1", revision: "", node: "", libbpf: "" },
  });
  return exposition.render(format);
}
