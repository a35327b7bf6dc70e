// A Session without a kernel: tests say what is counted, what is there and what listeners hear. Holds callers to the
// contract of retire and release.

import { FAMILIES, type Family } from "../../daemon/fib/lookup.js";
import { KINDS, type KindWord } from "../../daemon/kinds/list.js";
import { ABI } from "../../daemon/native/abi.js";
import type {
  Backend,
  CounterRows,
  DefaultRouteRow,
  DeviceRow,
  EventsDropped,
  FailedDestinationRows,
  Inventory,
  LineNames,
  Listener,
  ListenerOptions,
  LookupFilter,
  MplsRow,
  NeighbourTableRow,
  NetnsRow,
  NftSetRow,
  ProbeState,
  Session,
  TunnelRow,
  UnseenKind,
  Vocabulary,
} from "../../daemon/native/session.js";

export interface FakeKey {
  readonly netns: bigint;
  readonly kind?: KindWord;
  readonly family?: Family;
  /** Neighbour, bridge change: ifindex. Of a route that changed too, its table. */
  readonly table?: number;
  /** Route: ifindex. Rule: priority. Encap: type. Bridge change: who told. Route that changed: its protocol. */
  readonly egress?: number;
  readonly error?: number;
  /** Route: its type. Rule: its action. Encap: that of the segment identifier. Drop: its reason. Neighbour: TS_NEIGHBOUR_*. Bridge change: which. */
  readonly type?: number;
}

/** What failed for one destination, as one call of failedDestinations() gives it. */
export interface FakeFailure extends Omit<FakeKey, "egress"> {
  readonly destination: string;
  readonly lookups: number;
}

interface Slot {
  readonly key: Required<FakeKey>;
  count: bigint;
  retiredAt: number | undefined;
}

type Reading = "failedDestinations" | "counters" | "inventory" | "probes" | "events" | "retire" | "release" | "listen";

/** Lower indices count what found no room. */
const FIRST_INDEX = ABI.TS_OVERFLOW_INDICES;

/** EAGAIN, which the kernel gives for a table without a match. */
const NO_MATCH = 11;

const SAMPLING_OFF = ABI.TS_SAMPLE_ALL + 1;

export class FakeSession implements Session {
  readonly backend: Backend = "tracepoint";
  readonly fallbackReason: string = "trampolines are refused";
  /** A reading that has an error here throws it. */
  readonly failing = new Map<Reading, Error>();
  readonly #clock: () => number;
  readonly #slots = new Map<number, Slot>();
  readonly #netns = new Map<bigint, NetnsRow>();
  #devices: DeviceRow[] = [];
  #probes: ProbeState[] = [];
  #failures: readonly FakeFailure[] = [];
  #isClosed = false;
  /** What sampleFailures was last told. */
  sampledOneIn: number | undefined;
  /** Failed lookups that have no row. */
  failuresWithoutRow = 0;
  /** Open ones, in the order in which they came. */
  readonly listeners: FakeListener[] = [];
  vocabulary: Vocabulary | undefined;
  names: LineNames | undefined;
  dropped: EventsDropped = { ringbuf: 0, queue: 0, decode: 0, fault: "" };
  omitted = 0;
  omittedOthers = 0;
  /** Of each namespace that has other numbers than 0: [family * TS_MIBS + TS_MIB_…], and [IPv4, IPv6]. */
  readonly mib = new Map<bigint, readonly number[]>();
  readonly fibChanges = new Map<bigint, readonly [number, number]>();
  tunnels: readonly TunnelRow[] = [];
  mpls: readonly MplsRow[] = [];
  defaultRoutes: readonly DefaultRouteRow[] = [];
  neighbourTables: readonly NeighbourTableRow[] = [];
  nftSets: readonly NftSetRow[] = [];
  overflow = new Array<bigint>(ABI.TS_OVERFLOW_INDICES).fill(0n);

  /** `clock` in milliseconds, for the second that must lie between retire and release. */
  constructor(clock: () => number = () => 0) {
    this.#clock = clock;
  }

  /** Counts lookups; returns the index they are counted under. */
  count(key: FakeKey, lookups: number | bigint = 1): number {
    const full = complete(key);
    let index = this.#indexOf(full);
    if (index === undefined) {
      index = FIRST_INDEX;
      while (this.#slots.has(index)) index += 1;
      this.#slots.set(index, { key: full, count: 0n, retiredAt: undefined });
    }
    const slot = this.#slots.get(index);
    if (slot !== undefined) slot.count += BigInt(lookups);
    return index;
  }

  /** What the next call of failedDestinations() gives. */
  fail(failures: readonly FakeFailure[]): void {
    this.#failures = failures;
  }

  /** The kernel's maps begin anew, and so do all counts. */
  restart(): void {
    this.#slots.clear();
  }

  addNetns(row: Partial<NetnsRow> & Pick<NetnsRow, "cookie">): void {
    const inode = 4_026_531_840 + Number(row.cookie);
    this.#netns.set(row.cookie, { inode, isFirst: false, noRoute: new BigUint64Array(4), ...row });
  }

  removeNetns(cookie: bigint): void {
    this.#netns.delete(cookie);
    this.#devices = this.#devices.filter(({ netns }) => netns !== cookie);
  }

  /** Adds a device, or renames the one that has its number. */
  setDevice(row: Omit<DeviceRow, "vrfTable"> & Partial<DeviceRow>): void {
    this.removeDevice(row.netns, row.ifindex);
    this.#devices.push({ vrfTable: 0, ...row });
  }

  removeDevice(netns: bigint, ifindex: number): void {
    this.#devices = this.#devices.filter((device) => device.netns !== netns || device.ifindex !== ifindex);
  }

  setProbes(probes: readonly ProbeState[]): void {
    this.#probes = [...probes];
  }

  /** Indices in use, retired ones included. */
  get indices(): number[] {
    return [...this.#slots.keys()];
  }

  /** What unseen() says. */
  unseenKinds: readonly UnseenKind[] = [];
  unseen(): UnseenKind[] {
    return [...this.unseenKinds];
  }

  probes(): ProbeState[] {
    this.#check("probes");
    return [...this.#probes];
  }

  counters(): CounterRows {
    this.#check("counters");
    const slots = [...this.#slots];
    const keys = slots.map(([, { key }]) => key);
    return {
      netns: BigUint64Array.from(keys, (key) => key.netns),
      first: Uint32Array.from(keys, (key) => key.table),
      second: Uint32Array.from(keys, (key) => key.egress),
      kind: Uint8Array.from(keys, (key) => KINDS.findIndex(({ word }) => word === key.kind)),
      family: Uint8Array.from(keys, (key) => FAMILIES.indexOf(key.family)),
      error: Uint8Array.from(keys, (key) => key.error),
      code: Uint8Array.from(keys, (key) => key.type),
      index: Uint32Array.from(slots, ([index]) => index),
      count: BigUint64Array.from(slots, ([, slot]) => slot.count),
      overflow: BigUint64Array.from(this.overflow),
    };
  }

  inventory(): Inventory {
    this.#check("inventory");
    const { omitted, omittedOthers, tunnels, mpls, defaultRoutes, neighbourTables, nftSets } = this;
    const others = { tunnels, mpls, defaultRoutes, neighbourTables, nftSets, omittedOthers };
    const rows = [...this.#netns.values()];
    const mib = Float64Array.from(
      rows.flatMap(({ cookie }) => this.mib.get(cookie) ?? new Array<number>(2 * ABI.TS_MIBS).fill(0)),
    );
    const fibChanges = Float64Array.from(rows.flatMap(({ cookie }) => this.fibChanges.get(cookie) ?? [0, 0]));
    return { netns: rows, mib, fibChanges, devices: [...this.#devices], omitted, ...others };
  }

  retire(indices: Uint32Array): void {
    this.#check("retire");
    for (const index of indices) {
      const slot = this.#slots.get(index);
      if (slot === undefined || slot.retiredAt !== undefined) throw new Error(`retire index ${index}: not in use`);
      slot.retiredAt = this.#clock();
    }
  }

  release(indices: Uint32Array): void {
    this.#check("release");
    for (const index of indices) {
      const retiredAt = this.#slots.get(index)?.retiredAt;
      if (retiredAt === undefined) throw new Error(`release index ${index}: not retired`);
      if (this.#clock() - retiredAt < 1000) throw new Error(`release index ${index}: retired less than 1 s ago`);
      this.#slots.delete(index);
    }
  }

  failedDestinations(): FailedDestinationRows {
    this.#check("failedDestinations");
    const failures = this.#failures;
    const keys = failures.map((failure) => complete({ error: NO_MATCH, ...failure }));
    const lookups = failures.reduce((sum, failure) => sum + failure.lookups, this.failuresWithoutRow);
    this.#failures = [];
    this.failuresWithoutRow = 0;
    return {
      kind: Uint8Array.from(keys, (key) => KINDS.findIndex(({ word }) => word === key.kind)),
      netns: BigUint64Array.from(keys, (key) => key.netns),
      table: Uint32Array.from(keys, (key) => key.table),
      family: Uint8Array.from(keys, (key) => FAMILIES.indexOf(key.family)),
      error: Uint8Array.from(keys, (key) => key.error),
      code: Uint8Array.from(keys, (key) => key.type),
      destination: failures.map(({ destination }) => destination),
      count: Float64Array.from(failures, (failure) => failure.lookups),
      lookups,
      sampledOneIn: this.sampledOneIn ?? SAMPLING_OFF,
    };
  }

  sampleFailures(oneIn: number): void {
    this.sampledOneIn = oneIn;
  }

  listen(options: ListenerOptions, onLines: () => void): Listener {
    this.#check("listen");
    const listener = new FakeListener(options, onLines, () => {
      this.listeners.splice(this.listeners.indexOf(listener), 1);
    });
    this.listeners.push(listener);
    return listener;
  }

  /** What refusalWithout says. */
  refusal = "";
  refusalWithout(): string {
    return this.refusal;
  }

  setVocabulary(vocabulary: Vocabulary): void {
    this.vocabulary = vocabulary;
  }

  setNames(names: LineNames): void {
    this.names = names;
  }

  events(): EventsDropped {
    this.#check("events");
    return this.dropped;
  }

  close(): void {
    this.#isClosed = true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  #indexOf(key: Required<FakeKey>): number | undefined {
    for (const [index, slot] of this.#slots) {
      if (slot.retiredAt === undefined && isSame(slot.key, key)) return index;
    }
    return undefined;
  }

  #check(reading: Reading): void {
    if (this.#isClosed) throw new Error(`read ${reading}: the session is closed`);
    const error = this.failing.get(reading);
    if (error !== undefined) throw error;
  }
}

export class FakeListener implements Listener {
  readonly options: ListenerOptions;
  filter: LookupFilter;
  readonly #onLines: () => void;
  readonly #onClose: () => void;
  #waiting = "";
  #lines = 0;
  #isAnnounced = false;
  #isClosed = false;

  constructor(options: ListenerOptions, onLines: () => void, onClose: () => void) {
    this.options = options;
    this.filter = options.filter;
    this.#onLines = onLines;
    this.#onClose = onClose;
  }

  /** As if the kernel had emitted this: the text of so many lines waits. */
  say(text: string, lines = 1): void {
    this.#waiting += text;
    this.#lines += lines;
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    setImmediate(() => {
      if (!this.#isClosed) this.#onLines();
    });
  }

  /** Bytes nobody has taken. */
  get waiting(): number {
    return this.#waiting.length;
  }

  take(): { readonly bytes: Buffer; readonly lines: number } {
    const taken = { bytes: Buffer.from(this.#isClosed ? "" : this.#waiting), lines: this.#lines };
    this.#waiting = "";
    this.#lines = 0;
    this.#isAnnounced = false;
    return taken;
  }

  dropped(): { readonly ringbuf: number; readonly queue: number } {
    return { ringbuf: 0, queue: 0 };
  }

  setFilter(filter: LookupFilter): void {
    this.filter = filter;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }
}

function complete(key: FakeKey): Required<FakeKey> {
  return { kind: "route", family: "ipv4", table: 254, egress: 0, error: 0, type: 0, ...key };
}

function isSame(a: Required<FakeKey>, b: Required<FakeKey>): boolean {
  return (
    a.netns === b.netns &&
    a.kind === b.kind &&
    a.family === b.family &&
    a.table === b.table &&
    a.egress === b.egress &&
    a.error === b.error &&
    a.type === b.type
  );
}
