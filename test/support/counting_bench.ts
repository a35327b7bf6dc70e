// What counts, over a fake session.

import { expect } from "vitest";
import { buildCounting, type Counting, type CountingOptions } from "../../daemon/counting.js";
import type { Source } from "../../daemon/drain/reading.js";
import { EGRESS_MULTIPATH } from "../../daemon/fib/lookup.js";
import { COLLECTORS } from "../../daemon/kinds/collectors.js";
import { ABI } from "../../daemon/native/abi.js";
import type { RouteChangeCounts } from "../../daemon/native/route_changes.js";
import { NetnsNames } from "../../daemon/netns/names.js";
import { Naming } from "../../daemon/netns/naming.js";
import { RtProtocols } from "../../daemon/netns/rt_protocols.js";
import { RtTables } from "../../daemon/netns/rt_tables.js";
import { FakeSession } from "./fake_session.js";

export const EXPIRY_MS = 300_000;
export const WINDOW_MS = 60_000;

export type Limits = CountingOptions["config"];

export const EVERY_COLLECTOR = Object.fromEntries(COLLECTORS.map(({ word }) => [word, true])) as Limits["collectors"];

/** What counts over a fake session, at a time and with namespace names that the test sets. */
export class Bench {
  now = 0;
  clock = () => this.now;
  readonly session = new FakeSession(() => this.now);
  readonly netns = new Map<bigint, string>();
  readonly told: string[] = [];
  /** A bird's route of main that came and went twice, and what found no room. */
  readonly routeChanges: RouteChangeCounts = {
    netns: 1n,
    family: Uint8Array.of(0, 1),
    table: Uint32Array.of(254, 0),
    protocol: Uint8Array.of(12, 0),
    count: Float64Array.of(2, 1, 2, 7, 0, 0),
  };
  readonly counting: Counting;

  constructor(limits: Partial<Limits> = {}, watched?: CountingOptions["watched"]) {
    this.session.addNetns({ cookie: 1n, isFirst: true });
    this.session.setDevice({ netns: 1n, ifindex: 2, name: "eth0" });
    const report = (error?: Error) => expect.fail(error?.message);
    const naming = new Naming({
      keepMs: 2 * EXPIRY_MS,
      report,
      names: new NetnsNames(report, { folders: [], reference: "/proc/self/ns/net" }),
      tables: new RtTables(report, "/nonexistent"),
      protocols: new RtProtocols(report, "/nonexistent"),
    });
    this.counting = buildCounting({
      config: {
        ...{ failureWindowMs: WINDOW_MS, seriesExpiryMs: EXPIRY_MS, seriesMax: 1000, netns: [] },
        ...{ collectors: EVERY_COLLECTOR, exporterMetrics: false },
        ...limits,
      },
      session: this.session,
      names: {
        refresh: (inventory, now) => naming.refresh(inventory, now),
        netns: (cookie) => (naming.isKnown(cookie) && this.netns.get(cookie)) || naming.netns(cookie),
        isKnown: (cookie) => naming.isKnown(cookie),
        table: (netns, id) => naming.table(netns, id),
        protocol: (id) => naming.protocol(id),
        egress: (netns, ifindex) => naming.egress(netns, ifindex),
        isPresent: (netns, ifindex) => naming.isPresent(netns, ifindex),
        nftSet: (netns, table, set) => naming.nftSet(netns, table, set),
      },
      changes: { read: () => this.routeChanges, cause: () => null },
      clock: () => this.clock(),
      time: () => 1_700_000_000_000 + this.now,
      watched,
      tell: (source, error) => this.told.push(`${source}: ${error?.message ?? "works"}`),
      stream: () => ({ listeners: 2, lines: 100 }),
      reloads: () => ({ isGood: true, goodSince: 1_700_000_000.5 }),
      logLinesDropped: () => 23,
      build: { version: "1.2.3", revision: "abcdef", node: "20.0.0", libbpf: "1.1" },
    });
  }

  get exposition() {
    return this.counting.exposition;
  }

  get answers() {
    return this.counting.answers;
  }

  drain(): void {
    this.counting.drain.now(0);
  }

  get failed(): ReadonlyMap<Source, Error> {
    return this.counting.drain.last.failed;
  }

  /** Lines of one metric, without its name, in the text format. */
  async lines(metric: string): Promise<string[]> {
    const text = await this.exposition.render("text");
    const prefix = `tablesnoop_${metric}`;
    return text
      .split("\n")
      .flatMap((line) =>
        /^[{ ]/.test(line.slice(prefix.length)) && line.startsWith(prefix) ? [line.slice(prefix.length)] : [],
      );
  }
}

/** Something of everything. */
export function busy(bench: Bench): void {
  const { session } = bench;
  session.addNetns({ cookie: 1n, isFirst: true, noRoute: BigUint64Array.of(1n, 2n, 3n, 4n) });
  session.addNetns({ cookie: 2n, inode: 4026532201 });
  bench.netns.set(2n, 'a "quoted"\\name');
  session.setDevice({ netns: 2n, ifindex: 2, name: "veth0" });
  session.setDevice({ netns: 2n, ifindex: 3, name: "vrf-red", vrfTable: 10 });
  session.count({ netns: 1n, egress: 2 }, 5);
  session.count({ netns: 1n, egress: EGRESS_MULTIPATH }, 3);
  session.count({ netns: 1n, error: 11 }, 2);
  session.count({ netns: 1n, family: "ipv6", error: 11, type: 9, table: 100 }, 1);
  session.count({ netns: 2n, egress: 2, table: 10 }, 2n ** 60n);
  session.count({ netns: 0n, error: 113, table: 255 }, 1);
  session.count({ netns: 1n, kind: "rule", egress: 32766, type: 1, table: 254 }, 8);
  session.count({ netns: 1n, kind: "rule", egress: 100, type: 8, error: 13 }, 2);
  session.count({ netns: 1n, kind: "rule", error: 3 }, 1);
  session.count({ netns: 1n, kind: "encap", family: "ipv6", egress: ABI.TS_ENCAP_SEG6_LOCAL, type: 7 }, 23);
  session.count({ netns: 1n, kind: "encap", egress: ABI.TS_ENCAP_MPLS }, 4);
  session.count({ netns: 1n, kind: "encap", egress: ABI.TS_ENCAP_MPLS | ABI.TS_ENCAP_CHOSEN }, 2);
  session.count({ netns: 1n, kind: "neighbour", table: 2 }, 23);
  session.count({ netns: 1n, kind: "neighbour", table: 2, error: 113 }, 1);
  session.count({ netns: 1n, kind: "neighbour", table: 2, error: 113, type: 1 }, 2);
  session.count({ netns: 1n, kind: "neighbour", table: 2, type: 2 }, 101);
  session.setDevice({ netns: 2n, ifindex: 4, name: "br0" });
  session.count({ netns: 2n, kind: "fdb", table: 4 }, 22);
  session.count({ netns: 2n, kind: "fdb", table: 4, egress: 1 }, 1);
  session.count({ netns: 2n, kind: "fdb", table: 4, type: 1 }, 5);
  session.count({ netns: 2n, kind: "fdb", table: 4, type: 3 }, 23);
  session.count({ netns: 2n, kind: "dst-cache", family: "ipv6", table: 2 }, 22);
  session.count({ netns: 2n, kind: "dst-cache", family: "ipv6", table: 2, type: 1 }, 1);
  session.count({ netns: 1n, kind: "tunnel", table: 2, type: 1 }, 23);
  session.count({ netns: 1n, kind: "mpls", table: 2 }, 22);
  session.count({ netns: 1n, kind: "mpls", table: 0, error: 101 }, 1);
  session.count({ netns: 2n, kind: "change", table: 10, egress: 4 }, 23);
  session.count({ netns: 1n, kind: "netfilter", table: ABI.TS_HOOK_PREROUTING }, 22);
  session.count({ netns: 1n, kind: "netfilter", table: ABI.TS_HOOK_PREROUTING, error: 101 }, 1);
  session.count({ netns: 2n, kind: "netfilter", family: "ipv6", table: ABI.TS_NO_HOOK }, 5);
  session.count({ netns: 1n, kind: "netfilter", table: 7, egress: 5, type: ABI.TS_NETFILTER_SET_LOOKUP }, 23);
  session.count({ netns: 1n, kind: "srv6", family: "ipv6", type: 1 }, 22);
  session.count({ netns: 1n, kind: "srv6", family: "ipv6", type: 6, error: 22 }, 1);
  session.count({ netns: 2n, kind: "socket-cache", table: 2 }, 23);
  session.overflow = [1n, 2n, 0n, 10n, 20n, 0n];
  session.dropped = { ringbuf: 4, queue: 5, decode: 6, fault: "" };
  session.omitted = 3;
  session.omittedOthers = 2;
  session.mib.set(1n, [...Array(2 * ABI.TS_MIBS - 1).keys(), Number.NaN]);
  session.fibChanges.set(1n, [12, 34]);
  session.tunnels = [{ netns: 1n, name: "vx0", kind: "vxlan", noRoute: 23, loop: 1, dropped: 2 }];
  session.mpls = [{ netns: 1n, name: "eth0", noRoute: 23 }];
  session.defaultRoutes = [{ netns: 1n, family: 0, table: 254, routes: 1 }];
  session.neighbourTables = [{ family: 0, entries: 900, entriesMax: 1024, full: 5 }];
  session.nftSets = [
    { netns: 1n, table: 7, set: 5, family: 1, tableName: "filter", setName: "blocked", isGone: false },
  ];
  session.setProbes([
    { probe: "fib_table_lookup", backend: "tracepoint", attached: true, isMissing: false, reason: "", skipped: 7n },
    {
      probe: "fib_rules_lookup",
      backend: "trampoline",
      attached: false,
      isMissing: true,
      reason: "refused",
      skipped: 0n,
    },
  ]);
}
