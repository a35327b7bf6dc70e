// Of the lookups that were heard while the kernel was asked, those it made for the answer.

import { RT_TABLE_MAIN } from "../fib/tables.js";
import type { RouteLookup } from "../kinds/route/line.js";
import type { RuleLookup } from "../kinds/rule/line.js";
import type { Question } from "./question.js";
import type { KernelRoute } from "./replies.js";

type Flow = "family" | "src" | "dst" | "iif" | "dscp" | "mark" | "result";
/** A JSON line, of which this is read. */
export type RouteSeen = Pick<
  RouteLookup,
  Flow | "kind" | "table" | "prefix" | "egress" | "type" | "encap" | "decision"
>;
export type RuleSeen = Pick<RuleLookup, Flow | "kind" | "table" | "priority" | "action" | "decision">;
export type Seen = RouteSeen | RuleSeen;

export interface Decision {
  /** In the order in which they were tried. */
  readonly tables: readonly RouteSeen[];
  /** That decided; absent: rules are not seen, or there was no walk of them. */
  readonly rule?: RuleSeen;
}

/** Bits of the DSCP that all kernels look up by; older ones mask the others away. */
const OLD_DSCP = 7;

/** Whether the lookup is for the flow that is asked about, as far as a line tells: not its user, ports and protocol. */
export function isFor(question: Question, seen: Seen): boolean {
  const { destination, from, iif, mark = 0, dscp = 0 } = question;
  if (seen.dst !== destination || seen.mark !== mark || (seen.dscp & OLD_DSCP) !== (dscp & OLD_DSCP)) return false;
  // A device in a VRF may stand there as the VRF.
  if ((seen.iif === "lo" || seen.iif === null) !== (iif === undefined || iif === "lo")) return false;
  return from === undefined ? isUnchosen(seen) : seen.src === from;
}

/** For a multicast destination the kernel chooses the source first. */
function isUnchosen({ src, dst }: Seen): boolean {
  return src === "0.0.0.0" || src === "::" || /^(ff|22[4-9]\.|23\d\.)/.test(dst);
}

/**
 * The lookups, in their order, by decision, as the probes tell of it. Where they do not, a walk of the rules ends each if it is
 * seen, else the answer that `ip` gave, or a reject, or the table that it began with; a route that was found and is not the
 * answer was suppressed by its rule.
 */
export function decisions(seen: readonly Seen[], answer: KernelRoute | undefined): Decision[] {
  return seen.every(({ decision }) => typeof decision === "number") ? numbered(seen) : inferred(seen, answer);
}

function numbered(seen: readonly Seen[]): Decision[] {
  const all = new Map<number | null, Seen[]>();
  for (const one of seen) all.set(one.decision, [...(all.get(one.decision) ?? []), one]);
  return [...all.values()].map((lookups) => {
    const rule = lookups.find((one) => one.kind === "rule");
    return { tables: lookups.filter((one) => one.kind === "route"), ...(rule && { rule }) };
  });
}

function inferred(seen: readonly Seen[], answer: KernelRoute | undefined): Decision[] {
  const seesRules = seen.some(({ kind }) => kind === "rule");
  const all: Decision[] = [];
  let tables: RouteSeen[] = [];
  const end = (rule?: RuleSeen) => {
    if (tables.length > 0 || rule !== undefined) all.push({ tables, ...(rule && { rule }) });
    tables = [];
  };
  for (const one of seen) {
    if (one.kind === "rule") {
      end(one);
      continue;
    }
    if (!seesRules && one.table.id === tables[0]?.table.id) end();
    tables.push(one);
    if (!seesRules && isLast(one, answer)) end();
  }
  end();
  return all;
}

function isLast({ result, egress, table }: RouteSeen, answer: KernelRoute | undefined): boolean {
  if (result === "no_route" || result === "throw") return false;
  if (result !== "found") return true;
  if (answer === undefined) return false;
  if (answer.type !== "unicast") return true;
  // What `ip route get` leaves out.
  if (answer.table === null ? table.id !== RT_TABLE_MAIN : !isCalled(table, answer.table)) return false;
  return egress === "multipath" || answer.hops.some(({ device }) => device === egress);
}

/** iproute2 has its names from the same files. */
export function isCalled({ id, name }: RouteSeen["table"], called: string): boolean {
  return called === name || called === String(id);
}
