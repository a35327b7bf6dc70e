// Asks the kernel for a route while listening to its lookups, and puts together how it decided.

import { statSync } from "node:fs";
import { StartError, UsageError } from "../errors.js";
import { LOCAL_DAEMON } from "../lines/daemon_address.js";
import type { fetchChanges } from "../lines/daemon_changes.js";
import type { SourceOptions } from "../lines/open_lines.js";
import { OWN_NETNS } from "../netns/own.js";
import { type Decision, decisions, isFor } from "./decision.js";
import type { Explanation } from "./explanation.js";
import { hear, type OpenSource } from "./hearing.js";
import type { AskIp, Reply } from "./iproute2.js";
import { type Question, routeGetArguments } from "./question.js";
import { removedRoute } from "./removed.js";
import { type KernelRoute, type Neighbour, parseNeighbour, parseRoutes, parseRules, type Rule } from "./replies.js";
import { stepsOf } from "./steps.js";
import { verdictOf } from "./verdict.js";

export type Listening = Pick<SourceOptions, "probe" | "connect" | "access">;

export interface Doors {
  readonly ask: AskIp;
  readonly openSource: OpenSource;
  readonly fetchChanges: typeof fetchChanges;
}

const NETNS_FOLDER = "/run/netns";
const NO_CHANGES = { changes: [], note: [] };

/** Throws UsageError, and what `describe` of errors.ts can tell, if the kernel cannot be asked or listened to. */
export async function explain(question: Question, listening: Listening, doors: Doors): Promise<Explanation> {
  const { ask } = doors;
  const netns = { name: question.netns ?? null, inode: inodeOf(question.netns) };
  const words = routeGetArguments(question);
  const heard = await hear(question, netns.inode, listening, doors.openSource, () => ask(["route", "get", ...words]));
  const [answer] = routesOf(heard.answer);
  const of = decisions(
    heard.lookups.filter((seen) => isFor(question, seen)),
    answer,
  );
  const [decision = { tables: [] }] = of;
  // What the kernel said of the route goes before what it says now: the route may be another one a moment later.
  const [matched] = answer === undefined ? [] : routesOf(await ask(["route", "get", "fibmatch", ...words]));
  const rules = await rulesOf(question, ask);
  const neighbour = await neighbourOf(question, answer, ask);
  const unsaid = answer === undefined ? await unsaidPrefix(question, decision, ask) : null;
  const found = {
    question,
    decision,
    rules,
    unsaid,
    ...(answer && { answer }),
    ...(matched && { matched }),
    ...(neighbour && { neighbour }),
  };
  const { steps, ...seen } = stepsOf(found);
  const { changes, note } =
    answer === undefined && heard.netns !== null ? await changesHeard(listening, doors) : NO_CHANGES;
  const removed = removedRoute(question, heard.netns ?? "", seen.tables, changes);
  const { routed, result, sentence } = verdictOf({ ...found, ...seen, removed, refused: heard.answer.refused ?? "" });
  const { destination, family, from = null, iif = null, oif = null, mark = null, dscp = null, uid = null } = question;
  return {
    ...{ destination, family, netns, from, iif, oif, mark, dscp, uid },
    ...{ steps, routed, result, removed: result === "no_route" ? removed : null, verdict: sentence },
    notes: [...heard.notes, ...notesOn(of, rules, listening), ...note],
  };
}

/** A daemon hears of changes all the time: the one that is named, else the one that may run here. */
async function changesHeard({ connect, access }: Listening, doors: Doors) {
  try {
    const to = { address: connect ?? LOCAL_DAEMON, ...(access && { access }) };
    return { changes: await doors.fetchChanges(to), note: [] };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { changes: [], note: connect === undefined ? [] : [`no removed route is known: ${error.message}`] };
  }
}

function inodeOf(netns: string | undefined): number {
  const path = netns === undefined ? OWN_NETNS : `${NETNS_FOLDER}/${netns}`;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError("netns_absent", { netns: netns ?? "", folder: NETNS_FOLDER });
  return found.ino;
}

function routesOf(reply: Reply): KernelRoute[] {
  return reply.text === undefined ? [] : parseRoutes(reply.text);
}

const familyFlag = ({ family }: Question) => (family === "ipv4" ? "-4" : "-6");

/** None where the kernel is built without rules. */
async function rulesOf(question: Question, ask: AskIp): Promise<Rule[]> {
  const { text = "" } = await ask([familyFlag(question), "rule", "show"]);
  return parseRules(text);
}

/** Of a packet that goes out as it is: what is put into another one is routed once more. */
async function neighbourOf({ destination }: Question, answer: KernelRoute | undefined, ask: AskIp) {
  const [hop] = answer?.hops ?? [];
  if (answer?.type !== "unicast" || hop?.device == null || (hop.encap !== null && hop.encap !== "mpls"))
    return undefined;
  const address = hop.gateway ?? destination;
  const { text = "" } = await ask(["neigh", "show", "to", address, "dev", hop.device, "nud", "all"]);
  const { states, lladdr }: Neighbour = parseNeighbour(text);
  const state = states.length === 0 ? "none" : states.join(",").toLowerCase();
  return { step: "neighbour" as const, address, device: hop.device, state, lladdr };
}

/**
 * Of the last route of a packet that is refused, where no probe can tell it: what is longest in its table is what answered.
 */
async function unsaidPrefix(question: Question, { tables }: Decision, ask: AskIp): Promise<string | null> {
  const last = tables.at(-1);
  if (last === undefined || last.prefix !== null || ["no_route", "throw"].includes(last.result)) return null;
  const { id } = last.table;
  const reply = await ask([familyFlag(question), "route", "show", "table", String(id), "match", question.destination]);
  const length = ({ prefix }: KernelRoute) => (prefix === "default" ? 0 : Number(prefix.split("/")[1] ?? 128));
  const longest = routesOf(reply).sort((one, other) => length(other) - length(one))[0];
  const rejects = last.result === "found" ? "" : last.result;
  return longest !== undefined && (rejects === "" || longest.type === rejects) ? longest.prefix : null;
}

function notesOn(of: readonly Decision[], rules: readonly Rule[], { connect }: Listening): string[] {
  const notes: string[] = [];
  if (of.length > 1)
    notes.push(`${of.length - 1} more decisions for the same flow were seen meanwhile; this is the first`);
  if (of.length === 0) notes.push("none of the kernel's lookups for this was seen");
  const hasOwnRules = rules.some(({ priority }) => priority > 0 && priority < 32766);
  if (connect !== undefined && hasOwnRules && of.every(({ rule }) => rule === undefined)) {
    notes.push("the daemon told of no rule: its probes see none, or the kernel went through none");
  }
  return notes;
}
