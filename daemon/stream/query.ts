// Which lookups somebody wants to hear of, in words, and the same as the filter the kernel decides by.

import { FAMILIES, type Family, NETNS_UNKNOWN } from "../fib/lookup.js";
import type { LineFilter } from "../kinds/kind.js";
import { bitsOf, KINDS_UNASKED, kindOf, LINE_KINDS } from "../kinds/lines.js";
import type { KindWord } from "../kinds/list.js";
import { ABI } from "../native/abi.js";
import type { LookupFilter } from "../native/session.js";
import { quoted } from "../quoted.js";
import { type Prefix, parsePrefix } from "./prefix.js";

export interface LookupQuery {
  readonly kinds: readonly KindWord[];
  readonly families: readonly Family[];
  /** As the label: a name, `host`, `unknown` or an inode number. */
  readonly netns?: string;
  /** Name or number. */
  readonly table?: string;
  readonly egress?: string;
  /** Addresses or prefixes. Bits beyond the length are ignored. */
  readonly src?: string;
  readonly dst?: string;
  readonly failed: "include" | "exclude" | "only";
}

/** Of whoever says nothing more. */
export const DEFAULT_QUERY: LookupQuery = { kinds: KINDS_UNASKED, families: FAMILIES, failed: "include" };

/** What a query's names mean at the moment. */
export interface Resolve {
  netns(name: string): bigint | undefined;
  /** `netns`: the only namespace asked for, if there is one. */
  table(name: string, netns?: bigint): number | undefined;
}

/** A query that cannot be met, told in one line that begins with the parameter's name. */
export class BadQuery extends Error {
  readonly parameter: string;

  constructor(parameter: string, text: string) {
    super(`${parameter}: ${text}`);
    this.name = "BadQuery";
    this.parameter = parameter;
  }
}

/** "is not" a value of this parameter: the value quoted, and what is accepted instead. */
export function notAccepted(parameter: string, value: string, accepted: string): BadQuery {
  const shown = value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}…` : value;
  return new BadQuery(parameter, `${quoted(shown)} is not ${accepted}`);
}

const MOST_SHOWN = 100;

const FILTERS: readonly LineFilter[] = ["table", "egress", "src", "dst"];

/** A namespace that does not exist yet. The kernel counts cookies up from 1 and never gets here. */
const NETNS_NONE = 0xffff_ffff_ffff_ffffn;

const UNKNOWN_NETNS_NAME = "unknown";
const MOST_DEVICE_BYTES = 15;
const MOST_NAME_BYTES = 255;
const TABLE_MAX = 0xffff_ffff;

const TABLE_ACCEPTED = "a table's number or name, as in rt_tables, or a VRF";
const PREFIX_ACCEPTED = "an address or a prefix such as 10.0.0.0/8 or fd00::/8";

const ANYTHING: Uint8Array = new Uint8Array(32);

const { TS_WANT_FOUND, TS_WANT_FAILED } = ABI;
const RESULT_BITS = { include: TS_WANT_FOUND | TS_WANT_FAILED, exclude: TS_WANT_FOUND, only: TS_WANT_FAILED } as const;

/** Throws BadQuery if it is wrong whatever there is on the machine. */
export function checkQuery(query: LookupQuery): void {
  if (query.kinds.length === 0) throw new BadQuery("kind", `at least one of ${LINE_KINDS.join(", ")} is needed`);
  if (query.families.length === 0) throw new BadQuery("family", "at least one of ipv4, ipv6 is needed");
  if (query.netns !== undefined) checkNetns(query.netns);
  if (query.table === "") throw notAccepted("table", query.table, TABLE_ACCEPTED);
  if (query.egress !== undefined) checkEgress(query.egress);
  for (const filter of FILTERS) if (query[filter] !== undefined) checkFilter(filter, query);
  wantedFamilies(query);
  if (!wantsAll(query.families) && !query.kinds.some(hasFamily)) {
    const nouns = query.kinds.map((word) => kindOf(word).noun).join(" or ");
    throw new BadQuery("family", `a ${nouns} has no family, so that nothing would be left`);
  }
}

/** Throws BadQuery as checkQuery does, and for a table whose name nobody knows. */
export function toFilter(query: LookupQuery, resolve: Resolve): LookupFilter {
  checkQuery(query);
  const netns = query.netns === undefined ? undefined : netnsCookie(query.netns, resolve);
  return {
    kinds: bitsOf(query.kinds),
    families: familyBits(query),
    results: RESULT_BITS[query.failed],
    ...(netns !== undefined && { netns }),
    ...(query.table !== undefined && { table: tableId(query.table, netns, resolve) }),
    ...(query.egress !== undefined && { egress: query.egress }),
    src: readPrefix("src", query.src)?.bytes ?? ANYTHING,
    dst: readPrefix("dst", query.dst)?.bytes ?? ANYTHING,
  };
}

/** What has no family is for those who want all of them. */
function familyBits(query: LookupQuery): number {
  const families = wantedFamilies(query);
  const bits = families.reduce((sum, family) => sum | (1 << FAMILIES.indexOf(family)), 0);
  return wantsAll(families) && !query.kinds.every(hasFamily) ? bits | (1 << ABI.TS_NO_FAMILY) : bits;
}

function hasFamily(word: KindWord): boolean {
  return kindOf(word).lines?.hasFamily !== false;
}

function wantsAll(families: readonly Family[]): boolean {
  return FAMILIES.every((family) => families.includes(family));
}

function netnsCookie(name: string, resolve: Resolve): bigint {
  if (name === UNKNOWN_NETNS_NAME) return NETNS_UNKNOWN;
  return resolve.netns(name) ?? NETNS_NONE;
}

function tableId(text: string, netns: bigint | undefined, resolve: Resolve): number {
  const id = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : resolve.table(text, netns);
  if (id === undefined || id > TABLE_MAX) throw notAccepted("table", text, TABLE_ACCEPTED);
  return id;
}

/** A namespace's name is a file's name under /run/netns. */
function checkNetns(name: string): void {
  const isFileName = name !== "" && name !== "." && name !== ".." && !/[/\p{Cc}]/u.test(name);
  if (isFileName && Buffer.byteLength(name) <= MOST_NAME_BYTES) return;
  throw notAccepted("netns", name, "the name of a network namespace");
}

/**
 * The kernel's own rules for names of devices: only the spaces of ASCII are refused. \xNN is one byte of one that cannot be
 * shown (docs/lines.md).
 */
function checkEgress(name: string): void {
  const isDeviceName = /^[^\t-\r /:\0]+$/.test(name) && name !== "." && name !== "..";
  const bytes = Buffer.byteLength(name.replace(/\\x[0-9a-f]{2}/gi, "?"));
  if (!isDeviceName || bytes > MOST_DEVICE_BYTES) {
    throw notAccepted("egress", name, `the name of a device, ${MOST_DEVICE_BYTES} bytes at most`);
  }
}

/** Some kind of the query must be able to meet it. */
function checkFilter(filter: LineFilter, { kinds, failed }: LookupQuery): void {
  const able = kinds.map(kindOf).filter(({ lines }) => lines?.filters.includes(filter));
  if (able.length === 0) {
    const nouns = kinds.map((word) => kindOf(word).noun).join(" or ");
    throw new BadQuery(filter, `a ${nouns} has no ${filter}, so that nothing would be left`);
  }
  if (failed === "only" && able.every(({ lines }) => lines?.failedLacks?.includes(filter))) {
    throw new BadQuery(filter, `a failed lookup has no ${filter}, so that nothing would be left`);
  }
}

/** A prefix leaves its own family. */
function wantedFamilies(query: LookupQuery): readonly Family[] {
  let families = query.families;
  for (const parameter of ["src", "dst"] as const) {
    const family = readPrefix(parameter, query[parameter])?.family;
    if (family === undefined) continue;
    if (!families.includes(family)) {
      throw new BadQuery(
        parameter,
        `${query[parameter]} is ${family}, but only ${families.join()} is left to be shown`,
      );
    }
    families = [family];
  }
  return families;
}

function readPrefix(parameter: "src" | "dst", text: string | undefined): Prefix | undefined {
  if (text === undefined) return undefined;
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw notAccepted(parameter, text, PREFIX_ACCEPTED);
  return prefix;
}
