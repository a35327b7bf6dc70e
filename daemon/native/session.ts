// The door to the addon: loads it, and declares what it offers. Nothing else in daemon/ knows that C++ exists;
// everything takes the Session interface, which test/support/fake_session.ts fulfils as well.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { builtFile } from "../built_files.js";
import type { RouteChangeCounts, RouteChanges } from "./route_changes.js";
import type { RouteAnswers, RouteQuestion } from "./routes.js";

export type Backend = "trampoline" | "tracepoint";

export interface SessionOptions {
  /** "auto" tries trampoline first. */
  readonly backend: Backend | "auto";
  /** Counter indices to make room for, below the kernel's 2^20. A key that finds none left is counted as overflow. */
  readonly maxCounters: number;
  /** Size of the event ring: a power of two, at least 4096. Used only while there are listeners. */
  readonly ringBytes: number;
  /** What is to be seen: one bit for each kind, by number. */
  readonly kinds: number;
  /** Path of the BPF object; the one beside the addon if absent. */
  readonly object?: string;
  /** Programs of the object that are not attached, as if the kernel refused. For tests. */
  readonly refuse?: readonly string[];
}

/**
 * Counted keys, one array per column, all of the same length. The arrays are fresh copies, owned by the caller.
 * `netns` holds cookies; `kind` and `family` are numbers of KINDS and FAMILIES; `error` is a positive errno, 0 if found, or
 * TS_ANY_RESULT; `first`, `second` and `code` are what the kind makes of them (bpf/kinds/WORD/event.h).
 * `count` is the total since the session began, summed over CPUs; for one `index` it never falls until retired.
 */
export interface CounterRows {
  readonly netns: BigUint64Array;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly kind: Uint8Array;
  readonly family: Uint8Array;
  readonly error: Uint8Array;
  readonly code: Uint8Array;
  readonly index: Uint32Array;
  readonly count: BigUint64Array;
  /** Lookups counted without detail because no index was free, [kind * TS_FAMILIES + family]. */
  readonly overflow: BigUint64Array;
}

export interface NetnsRow {
  readonly cookie: bigint;
  readonly inode: number;
  /** The namespace the kernel booted with. */
  readonly isFirst: boolean;
  /** The kernel's own MIB since the namespace was made: [ipv4 in, ipv4 out, ipv6 in, ipv6 out]. */
  readonly noRoute: BigUint64Array;
}

export interface DeviceRow {
  readonly netns: bigint;
  readonly ifindex: number;
  readonly name: string;
  /** Table of the VRF this device is, 0 if it is none or cannot be told. */
  readonly vrfTable: number;
}

/** A tunnel that is up, or has lost packets; since the device was made. */
export interface TunnelRow {
  readonly netns: bigint;
  readonly name: string;
  /** As `ip link` names it. */
  readonly kind: string;
  /** Packets without a route for the outer packet. */
  readonly noRoute: number;
  /** Whose outer route leads back into the tunnel. */
  readonly loop: number;
  /** VXLAN: dropped for want of an entry in its forwarding table; else 0. */
  readonly dropped: number;
}

/** A device that takes labelled packets. */
export interface MplsRow {
  readonly netns: bigint;
  readonly name: string;
  /** Packets whose label has no route, since the device was made. */
  readonly noRoute: number;
}

/** A routing table that has a default route. */
export interface DefaultRouteRow {
  readonly netns: bigint;
  /** Number of FAMILIES. */
  readonly family: number;
  readonly table: number;
  /** Several nexthops are one route. IPv6: without those that answer with an error. */
  readonly routes: number;
}

/** A table of neighbours, which all namespaces share. */
export interface NeighbourTableRow {
  /** Number of FAMILIES. */
  readonly family: number;
  readonly entries: number;
  readonly entriesMax: number;
  /** Entries it had no room for, since boot. */
  readonly full: number;
}

/** A set of nft's that was looked up. */
export interface NftSetRow {
  readonly netns: bigint;
  /** Handles, by which the kernel tells tables of a namespace and sets of a table. */
  readonly table: number;
  readonly set: number;
  /** NFPROTO_* of the table. */
  readonly family: number;
  readonly tableName: string;
  readonly setName: string;
  /** It was destroyed. */
  readonly isGone: boolean;
}

export interface Inventory {
  readonly netns: readonly NetnsRow[];
  /**
   * The kernel's own counts since each namespace was made, [(row of netns * 2 + family) * TS_MIBS + TS_MIB_…]; not a
   * number: this kernel does not keep it.
   */
  readonly mib: Float64Array;
  /** Changes of routes since then, [row of netns * 2 + family]; so too. Falls when a table goes. */
  readonly fibChanges: Float64Array;
  readonly devices: readonly DeviceRow[];
  readonly tunnels: readonly TunnelRow[];
  readonly mpls: readonly MplsRow[];
  readonly defaultRoutes: readonly DefaultRouteRow[];
  readonly neighbourTables: readonly NeighbourTableRow[];
  /** Not those that nobody has looked up for longest, if there are very many. */
  readonly nftSets: readonly NftSetRow[];
  /** Of the daemon's own namespace, which no walk tells; absent: nobody hears of them. */
  readonly routeChanges?: RouteChangeCounts;
  /** Namespaces and devices that found no room in the walk's maps. Not 0: the inventory is incomplete and says so. */
  readonly omitted: number;
  /** So for tunnels, devices with labels and tables with default routes. */
  readonly omittedOthers: number;
}

/** Before the first walk. */
export const EMPTY_INVENTORY: Inventory = {
  netns: [],
  mib: new Float64Array(),
  fibChanges: new Float64Array(),
  devices: [],
  tunnels: [],
  mpls: [],
  defaultRoutes: [],
  neighbourTables: [],
  nftSets: [],
  omitted: 0,
  omittedOthers: 0,
};

export interface ProbeState {
  /** Kernel hook, as the label `probe`. */
  readonly probe: string;
  readonly backend: Backend;
  readonly attached: boolean;
  /** Not attached although something needs it: the daemon sees less than it could. */
  readonly isMissing: boolean;
  /** Why it is not attached; empty if it is. */
  readonly reason: string;
  /** Runs the kernel skipped because the program was already running on that CPU; each is a lookup not seen. */
  readonly skipped: bigint;
}

/** A kind, or a part of one, that was asked for and that no hook which is attached can tell of. */
export interface UnseenKind {
  readonly kind: number;
  readonly reason: string;
  /** In words: "floods"; empty: all of the kind. */
  readonly part: string;
  /** Only of other namespaces than the one this process is in. */
  readonly isElsewhere?: boolean;
}

/** What a listener wants to hear of, decided in the kernel. */
export interface LookupFilter {
  /** One bit for each, by number; so for families. */
  readonly kinds: number;
  readonly families: number;
  /** Bit 0: found, bit 1: failed. */
  readonly results: number;
  /** Netns cookie; any if absent. */
  readonly netns?: bigint;
  /** Table id; any if absent. */
  readonly table?: number;
  /** Name of the egress device, at most 15 bytes; any if absent. */
  readonly egress?: string;
  /** 16 bytes of address and 16 of mask, IPv4 in the first four of each; all zero matches any address. */
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
}

export type LineFormat = "text" | "json" | "sse";

/** 1: who looked up where, as the original tool says it; 2: the result and more behind that. */
export type Verbosity = 0 | 1 | 2;

export interface ListenerOptions {
  readonly filter: LookupFilter;
  readonly format: LineFormat;
  /** Of text. */
  readonly verbose: Verbosity;
  readonly colour: boolean;
  /** Whether a line stands where lines were lost: `# dropped N lines`, `{"dropped":N}` or an event `dropped`. */
  readonly tellsDrops: boolean;
  /** Lines that wait are lost beyond this. */
  readonly queueBytes: number;
}

/** Lines for one listener, formatted natively. It keeps the probes attached until it is closed. */
export interface Listener {
  /** All that waits, whole lines. Empty if nothing does. */
  take(): { readonly bytes: Buffer; readonly lines: number };
  /** Totals: found no room in the ring; waited too long to be taken. */
  dropped(): { readonly ringbuf: number; readonly queue: number };
  setFilter(filter: LookupFilter): void;
  /** No call of onLines comes after this. May be called again. */
  close(): void;
}

/** Words of lines. */
export interface Vocabulary {
  /** Asked once of everything that can be, while the vocabulary is set. */
  result(kind: number, error: number, code: number): string;
  /** By kind and code; empty: none. */
  readonly codes: readonly (readonly string[])[];
}

/** Names for JSON lines, in columns. A table whose tableNetns is 0 has its name in every namespace; else it is a VRF's. */
export interface LineNames {
  readonly cookies: BigUint64Array;
  readonly inodes: Uint32Array;
  readonly netns: readonly string[];
  readonly tableNetns: BigUint64Array;
  readonly tableIds: Uint32Array;
  readonly tables: readonly string[];
}

/**
 * What failed by destination, estimated from a sample: one array per column, all of the same length, the most frequent
 * destinations in no order. `table` is 0 of a kind that has none; the others as in CounterRows. A miss in table `local` is
 * not among them.
 */
export interface FailedDestinationRows {
  readonly kind: Uint8Array;
  readonly netns: BigUint64Array;
  readonly table: Uint32Array;
  readonly family: Uint8Array;
  readonly error: Uint8Array;
  readonly code: Uint8Array;
  /** Addresses as the stream's lines write them. */
  readonly destination: readonly string[];
  readonly count: Float64Array;
  /** What failed for all destinations, those without a row too. */
  readonly lookups: number;
  /** The coarsest sampling there was meanwhile: one of so many failures was taken. 1: the counts are exact. */
  readonly sampledOneIn: number;
}

/** Events lost since the session began: no room in the ring, no room in a listener's queue, not understood. */
export interface EventsDropped {
  readonly ringbuf: number;
  readonly queue: number;
  readonly decode: number;
  /** Why the ring could not be waited for since the last call; empty if it could. It is tried again and again. */
  readonly fault: string;
}

/**
 * Probes in the kernel. Every method is synchronous and belongs to the thread that opened the session.
 * A closed session throws on everything but `close`, which may be called again.
 * Thrown errors are KernelError.
 */
export interface Session {
  readonly backend: Backend;
  /** Why `auto` did not take trampoline; empty otherwise. */
  readonly fallbackReason: string;
  unseen(): UnseenKind[];
  probes(): ProbeState[];
  counters(): CounterRows;
  inventory(): Inventory;
  /**
   * Takes keys out of the kernel's index map, so that they are counted no more under these indices. The counters
   * keep their values until `release`, which must come at least one second later.
   */
  retire(indices: Uint32Array): void;
  /** Zeroes retired counters and gives their indices back for new keys. */
  release(indices: Uint32Array): void;
  /** What failed since the last call. Nothing does before the first call of sampleFailures. */
  failedDestinations(): FailedDestinationRows;
  /** Takes one of so many failures: a power of two up to 65536. Under a flood the kernel's side takes fewer by itself. */
  sampleFailures(oneIn: number): void;
  /** onLines is called on this thread when lines wait and none waited before: take() them. At most TS_LISTENERS at once. */
  listen(options: ListenerOptions, onLines: () => void): Listener;
  /**
   * Tries every later call to the kernel on a thread that has only the capabilities whose bits are set in `keep`. Empty
   * if all were allowed, else what was refused, in words.
   */
  refusalWithout(keep: bigint): string;
  setVocabulary(vocabulary: Vocabulary): void;
  setNames(names: LineNames): void;
  events(): EventsDropped;
  /** Listeners that are still open keep what they need until they are closed. */
  close(): void;
}

/** What the addon throws: act, object and cause, and the end of the verifier's log if it refused. */
export interface KernelError extends Error {
  readonly act: string;
  readonly object: string;
  /** Symbolic errno, such as EPERM; empty if the kernel gave none. */
  readonly code: string;
  readonly log: string;
}

interface Addon {
  readonly RouteChanges: new (session?: Session) => RouteChanges;
  readonly Session: new (options: SessionOptions) => Session;
  readonly libbpf: string;
  forbidNewPrivileges(): void;
  dropCapabilities(keep: bigint): void;
  notify(address: string, message: string): void;
  askRoutes(questions: readonly RouteQuestion[]): RouteAnswers;
  findRoutes(questions: readonly RouteQuestion[], table: number): RouteAnswers;
}

export function isKernelError(error: unknown): error is KernelError {
  return error instanceof Error && "act" in error && "object" in error && "log" in error;
}

let addon: Addon | undefined;

/** For this folder only. */
export function loadAddon(): Addon {
  addon ??= createRequire(import.meta.url)(fileURLToPath(builtFile("tablesnoop.node"))) as Addon;
  return addon;
}

/** Loads the probes and attaches them. Takes a few hundred milliseconds. */
export function openSession(options: SessionOptions): Session {
  const object = options.object ?? fileURLToPath(builtFile("tablesnoop.bpf.o"));
  return new (loadAddon().Session)({ refuse: refusedHooks(), ...options, object });
}

/** For tests only: TABLESNOOP_REFUSE_HOOKS=route6_tracepoint,drop4. */
function refusedHooks(): string[] {
  const { TABLESNOOP_REFUSE_HOOKS = "" } = process.env;
  return TABLESNOOP_REFUSE_HOOKS.split(",").filter((name) => name !== "");
}

/** Version of the libbpf the addon runs with, such as "1.1". */
export function libbpfVersion(): string {
  return loadAddon().libbpf;
}
