// Which removed route a destination lacks, by what a daemon heard of changes. Pure.

import { BlockList } from "node:net";
import type { RemovedRoute, RouteChangeSeen } from "../wire/change.js";
import type { TableStep } from "./explanation.js";
import type { Question } from "./question.js";

/** Types of routes that led nowhere: that one went is no loss. */
const REJECTS: ReadonlySet<string> = new Set(["blackhole", "prohibit", "throw", "unreachable"]);

/**
 * The longest prefix that covers the destination and is gone from a table that was tried; of several the last. `changes` are
 * newest first, `netns` is their word for the namespace.
 */
export function removedRoute(
  { destination, family }: Question,
  netns: string,
  tables: readonly TableStep[],
  changes: readonly RouteChangeSeen[],
): RemovedRoute | null {
  const tried = new Set(tables.flatMap(({ table: { id, name } }) => [name ?? "", String(id)]));
  const settled = new Set<string>();
  let longest: RemovedRoute | null = null;
  for (const {
    change,
    netns: of,
    family: ofFamily,
    type,
    metric,
    prefix,
    via,
    device,
    protocol,
    table,
    time,
  } of changes) {
    if (of !== netns || ofFamily !== family || prefix === null || !tried.has(table)) continue;
    const route = JSON.stringify([table, prefix, metric, type]);
    // What came later stands: it may be there again.
    if (settled.has(route)) continue;
    settled.add(route);
    if (change !== "removed" || REJECTS.has(type) || !covers(prefix, family, destination)) continue;
    if (longest === null || lengthOf(prefix) > lengthOf(longest.prefix)) {
      longest = { prefix, via, device, protocol, table, time };
    }
  }
  return longest;
}

function covers(prefix: string, family: Question["family"], destination: string): boolean {
  const [address = "", length = ""] = prefix.split("/");
  const list = new BlockList();
  list.addSubnet(address, Number(length), family);
  return list.check(destination, family);
}

function lengthOf(prefix: string): number {
  return Number(prefix.split("/")[1]);
}
