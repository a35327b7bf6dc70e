// What became of the question, in a word and in one sentence.

import type { Result } from "../fib/lookup.js";
import { rejection } from "../fib/rejection.js";
import type { RemovedRoute } from "../wire/change.js";
import type { NeighbourStep, RuleStep, TableStep } from "./explanation.js";
import type { Question } from "./question.js";
import type { KernelRoute, Rule } from "./replies.js";

export interface Findings {
  readonly question: Question;
  /** The kernel's answer; absent: it refused, with these words. */
  readonly answer?: KernelRoute;
  readonly refused: string;
  readonly tables: readonly TableStep[];
  /** That was seen to decide. */
  readonly rule?: RuleStep;
  readonly rules: readonly Rule[];
  /** Kind of tunnel the route leads into. */
  readonly encap: string | null;
  readonly neighbour?: NeighbourStep;
  /** That the destination lacks now. */
  readonly removed: RemovedRoute | null;
}

export interface Verdict {
  readonly routed: boolean;
  readonly result: Result;
  readonly sentence: string;
}

/** strerror(3) of the refusals that are about routes. */
const ERRNO: ReadonlyMap<string, number> = new Map([
  ["No route to host", 113],
  ["Permission denied", 13],
  ["Invalid argument", 22],
]);
const NO_ROUTE = "Network is unreachable";

const REJECTS: Readonly<Partial<Record<Result, string>>> = {
  blackhole: "drops it silently (blackhole)",
  prohibit: "refuses it (prohibit)",
  unreachable: "refuses it (unreachable)",
};

export function verdictOf(findings: Findings): Verdict {
  const { answer } = findings;
  if (answer !== undefined) return { routed: true, result: "found", sentence: `${routed(findings, answer)}.` };
  const { result, why } = refusal(findings);
  return { routed: false, result, sentence: `Not routed: ${why}.` };
}

function routed({ question, tables, encap, neighbour }: Findings, { type, hops }: KernelRoute): string {
  const { destination } = question;
  const last = tables.at(-1);
  const by = last?.result === "found" ? ` by ${routeOf(last)}` : "";
  if (type === "local") return `Delivered here${by}`;
  const [{ gateway = null, device = null } = {}] = hops;
  const on = device === null ? "" : ` on ${device}`;
  if (type !== "unicast") return `Sent as ${type}${on}${by}`;
  const into = encap === null ? "" : ` into ${encap} encapsulation`;
  const way = gateway === null ? ` to ${destination} itself` : ` via ${gateway}`;
  const found = `Routed${into === "" || gateway !== null ? way : ""}${into}${on}${by}`;
  const onLink = last !== undefined && last.result !== "found" && question.oif !== undefined;
  return `${found}${onLink ? " only because --oif was given: no table has a route" : ""}${trouble(neighbour)}`;
}

function trouble(neighbour: NeighbourStep | undefined): string {
  if (neighbour?.state === "failed") return `, but the neighbour ${neighbour.address} does not answer`;
  if (neighbour?.state === "incomplete") return `, but the neighbour ${neighbour.address} has not answered yet`;
  return "";
}

function refusal(findings: Findings): { readonly result: Result; readonly why: string } {
  const { question, tables, rule, refused, removed } = findings;
  const last = tables.at(-1);
  if (rule !== undefined && rule.action !== "to_table" && REJECTS[rule.result] !== undefined) {
    return { result: rule.result, why: `rule ${rule.priority} ${REJECTS[rule.result]}` };
  }
  if (last !== undefined && REJECTS[last.result] !== undefined) {
    return { result: last.result, why: `${routeOf(last)} ${REJECTS[last.result]}` };
  }
  if (last?.result === "found" && !last.suppressed) return { result: "error", why: notTaken(question, refused) };
  if (tables.length === 0 && rule === undefined) return nothingSeen(findings);
  if (refused !== NO_ROUTE && !isForwardingOff(question, refused)) return byUnseenRule(findings);
  const off = isForwardingOff(question, refused) ? `, and ${question.iif} does not forward` : "";
  return {
    result: "no_route",
    why: `no table has a route to ${question.destination}${since(removed)}${off}${unlessARule(findings)}`,
  };
}

function since(removed: RemovedRoute | null): string {
  if (removed === null) return "";
  const { prefix, via, device, protocol, table, time } = removed;
  const way = via !== null ? ` via ${via}` : device !== null ? ` dev ${device}` : "";
  return ` since ${prefix}${way}, protocol ${protocol}, was removed from ${table} at ${time.replace(/\.\d+/, "")}`;
}

/** An unreachable rule that is not seen answers as if there were no route. */
function unlessARule({ rule, rules }: Findings): string {
  const [first] = rule === undefined ? rules.filter(({ action }) => action === "unreachable") : [];
  return first === undefined ? "" : `, or an unreachable rule decided, such as rule ${first.priority}`;
}

/** Where forwarding is off, every refusal is this one. */
function isForwardingOff({ iif }: Question, refused: string): boolean {
  return iif !== undefined && refused === "No route to host";
}

/** There is a route, and yet the packet would not take it. */
function notTaken(question: Question, refused: string): string {
  if (isForwardingOff(question, refused)) return `there is a route, but ${question.iif} does not forward`;
  const { from = "0.0.0.0", iif } = question;
  if (iif === undefined) return `there is a route, but the kernel answers: ${refused}`;
  return `there is a route, but a packet from ${from} is not taken from ${iif} (rp_filter, or an address that none may come from)`;
}

function nothingSeen({ question, refused }: Findings): { readonly result: Result; readonly why: string } {
  const { from, iif } = question;
  const result = refused === NO_ROUTE ? "no_route" : resultOf(refused);
  if (from !== undefined && iif === undefined) {
    return {
      result,
      why: `no lookup was seen: is ${from} an address of the namespace? For a packet from elsewhere give --iif`,
    };
  }
  return { result, why: `no lookup was seen, and the kernel answers: ${refused}` };
}

/** No table rejects, so a rule does. */
function byUnseenRule({ question, refused, rules }: Findings): { readonly result: Result; readonly why: string } {
  const result = resultOf(refused);
  const likely = rules.filter(({ action }) => action === result).map(({ priority }) => priority);
  if (likely.length === 0) {
    return { result, why: `no table has a route to ${question.destination}, and the kernel answers: ${refused}` };
  }
  const which =
    likely.length === 1 ? `rule ${likely[0]} is the only one that may` : `one of the rules ${likely.join(", ")}`;
  return { result, why: `no table rejects it, so that a rule does (${result}): ${which}` };
}

function resultOf(refused: string): Result {
  return rejection(ERRNO.get(refused) ?? 0) ?? "error";
}

/** "10.0.0.0/8 of table main". */
function routeOf({ prefix, table }: TableStep): string {
  return `${prefix === null ? "a route" : prefix} of table ${table.name ?? table.id}`;
}
