// The names of one moment: netns, table and egress labels from the numbers the kernel counts by.

import { EGRESS_MULTIPATH, NETNS_UNKNOWN } from "../fib/lookup.js";
import type { Inventory, LineNames } from "../native/session.js";
import type { Report } from "./complaints.js";
import { DeviceNames } from "./devices.js";
import { NetnsNames, UNKNOWN } from "./names.js";
import { type NftSet, NftSets } from "./nft_sets.js";
import { RtProtocols } from "./rt_protocols.js";
import { RtTables } from "./rt_tables.js";

export interface NamingOptions {
  /** How long names of what is gone are kept; longer than anything may still be counted under them. */
  readonly keepMs: number;
  /** Told once of each file or folder that cannot be read, and once when it can be again. */
  readonly report: Report;
  readonly names?: NetnsNames;
  readonly tables?: RtTables;
  readonly protocols?: RtProtocols;
}

interface Netns {
  label: string;
  inode: number;
  seenAt: number;
}

export class Naming {
  readonly #keepMs: number;
  readonly #names: NetnsNames;
  readonly #tables: RtTables;
  readonly #protocols: RtProtocols;
  readonly #devices: DeviceNames;
  readonly #nftSets: NftSets;
  readonly #netns = new Map<bigint, Netns>();
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #isComplete = false;

  constructor(options: NamingOptions) {
    this.#keepMs = options.keepMs;
    this.#names = options.names ?? new NetnsNames(options.report);
    this.#tables = options.tables ?? new RtTables(options.report);
    this.#protocols = options.protocols ?? new RtProtocols(options.report);
    this.#devices = new DeviceNames(options.keepMs);
    this.#nftSets = new NftSets(options.keepMs);
  }

  refresh(inventory: Inventory, now: number): void {
    this.#names.refresh();
    this.#tables.refresh();
    this.#protocols.refresh();
    this.#devices.refresh(inventory.devices, now);
    this.#nftSets.refresh(inventory.nftSets, now);
    this.#refreshedAt = now;
    this.#isComplete = inventory.omitted === 0;
    for (const row of inventory.netns) {
      this.#netns.set(row.cookie, { label: this.#names.label(row), inode: row.inode, seenAt: now });
    }
    for (const [cookie, { seenAt }] of this.#netns) {
      if (seenAt < now - this.#keepMs) this.#netns.delete(cookie);
    }
  }

  /** Label of a namespace, also of one that is gone; one that was never seen is "unknown". */
  netns(cookie: bigint): string {
    return this.#netns.get(cookie)?.label ?? UNKNOWN;
  }

  /** Whether there is nothing more to learn about who this is. */
  isKnown(cookie: bigint): boolean {
    return cookie === NETNS_UNKNOWN || this.#netns.has(cookie);
  }

  /** Namespaces that were there at the last refresh. */
  get netnsCount(): number {
    return [...this.#netns.values()].filter(({ seenAt }) => seenAt === this.#refreshedAt).length;
  }

  table(netns: bigint, id: number): string {
    return this.#tables.names.name(id, this.#devices.vrf(netns, id));
  }

  /** What puts a route into a table. */
  protocol(id: number): string {
    return this.#protocols.names.name(id);
  }

  /** The namespace that is there now under this label, or with this inode. */
  netnsNamed(name: string): bigint | undefined {
    const present = [...this.#netns].filter(([, { seenAt }]) => seenAt === this.#refreshedAt);
    const found =
      present.find(([, { label }]) => label === name) ?? present.find(([, { inode }]) => String(inode) === name);
    return found?.[0];
  }

  /** Id of the table of this name: in every namespace, or of VRFs that agree, in `netns` or anywhere. */
  tableNamed(name: string, netns?: bigint): number | undefined {
    for (const [id, known] of this.#tables.names.entries()) {
      if (known === name) return id;
    }
    const ids = new Set<number>();
    for (const vrf of this.#devices.vrfs()) {
      if (vrf.name === name && (netns === undefined || netns === vrf.netns)) ids.add(vrf.table);
    }
    const [id] = ids;
    return ids.size === 1 ? id : undefined;
  }

  /** The same names for lines. A namespace without a name has an empty one. */
  lineNames(): LineNames {
    const rows = [...this.#netns];
    const tables = [...this.#tables.names.entries()].map(([table, name]) => ({ netns: NETNS_UNKNOWN, table, name }));
    const common = new Set(tables.map(({ table }) => table));
    for (const vrf of this.#devices.vrfs()) {
      const name = this.table(vrf.netns, vrf.table);
      if (!common.has(vrf.table) && name !== String(vrf.table)) tables.push({ ...vrf, name });
    }
    return {
      cookies: BigUint64Array.from(rows, ([cookie]) => cookie),
      inodes: Uint32Array.from(rows, ([, { inode }]) => inode),
      netns: rows.map(([, { label, inode }]) => (label === String(inode) ? "" : label)),
      tableNetns: BigUint64Array.from(tables, ({ netns }) => netns),
      tableIds: Uint32Array.from(tables, ({ table }) => table),
      tables: tables.map(({ name }) => name),
    };
  }

  egress(netns: bigint, ifindex: number): string {
    return this.#devices.egress(netns, ifindex);
  }

  /** By the handles of table and set. */
  nftSet(netns: bigint, table: number, set: number): NftSet {
    return this.#nftSets.get(netns, table, set);
  }

  /** Whether the namespace, and the device in it unless `ifindex` is none, are there. An incomplete inventory tells of no absence. */
  isPresent(netns: bigint, ifindex: number): boolean {
    if (!this.#isComplete || netns === NETNS_UNKNOWN) return true;
    if (this.#netns.get(netns)?.seenAt !== this.#refreshedAt) return false;
    return ifindex === 0 || ifindex === EGRESS_MULTIPATH || this.#devices.isPresent(netns, ifindex);
  }
}
