// The original tool's flags that name kinds, each of both families or of one. They add up.

import { UsageError } from "../errors.js";
import { FAMILIES, type Family } from "../fib/lookup.js";
import type { FlagTable } from "../flags/flags.js";
import type { KindWord } from "../kinds/list.js";

const GROUP = "As later releases of the original tool:";

export const KIND_SWITCH_FLAGS = {
  fib4: { kind: "boolean", default: false, help: "Show IPv4 route lookups", group: GROUP },
  fib6: { kind: "boolean", default: false, help: "Show IPv6 route lookups", group: GROUP },
  rule4: { kind: "boolean", default: false, help: "Show IPv4 rule lookups", group: GROUP },
  rule6: { kind: "boolean", default: false, help: "Show IPv6 rule lookups", group: GROUP },
  neigh: { kind: "boolean", default: false, help: "Show resolutions of neighbours", group: GROUP },
  fdb: { kind: "boolean", default: false, help: "Show changes and floods of bridges", group: GROUP },
  lwt: {
    kind: "boolean",
    short: "l",
    default: false,
    help: "Show lightweight tunnels: where routes lead into one, as -vv, and packets that a tunnel sent without a lookup",
    group: GROUP,
  },
} as const satisfies FlagTable;

interface KindSwitch {
  readonly flag: string;
  readonly kind: KindWord;
  /** Absent: all that the kind has. */
  readonly family?: Family;
}

const SWITCHES = [
  { flag: "route", kind: "route" },
  { flag: "rule", kind: "rule" },
  { flag: "fib4", kind: "route", family: "ipv4" },
  { flag: "fib6", kind: "route", family: "ipv6" },
  { flag: "rule4", kind: "rule", family: "ipv4" },
  { flag: "rule6", kind: "rule", family: "ipv6" },
  { flag: "neigh", kind: "neighbour" },
  { flag: "fdb", kind: "fdb" },
] as const satisfies readonly KindSwitch[];

/** Those that were given. */
export function switchesIn(
  values: Readonly<Record<(typeof SWITCHES)[number]["flag"], boolean>>,
): readonly KindSwitch[] {
  return SWITCHES.filter(({ flag }) => values[flag]);
}

/**
 * What they choose of each kind; undefined if none of them names a family. `others`: kinds that were named in another way.
 * Throws UsageError if that is not the same of all: the kernel chooses by families and by kinds, not by pairs of them.
 */
export function familiesOf(given: readonly KindSwitch[], others: readonly KindWord[]): readonly Family[] | undefined {
  const [first] = given.filter(({ family }) => family !== undefined);
  if (first === undefined) return undefined;
  const all = [...given, ...others.map((kind): KindSwitch => ({ flag: `kind=${kind}`, kind }))];
  const chosen = (kind: KindWord) =>
    FAMILIES.filter((word) => all.some((one) => one.kind === kind && (one.family ?? word) === word));
  const same = chosen(first.kind);
  const other = all.find(({ kind }) => chosen(kind).join() !== same.join());
  if (other !== undefined)
    throw new UsageError("flags_disagree", { first: `--${first.flag}`, second: `--${other.flag}` });
  return same;
}
