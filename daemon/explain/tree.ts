// Lookups by decision, as lines for people: `tablesnoop --tree`. What is known of a decision here is what its lookups tell.

import type { RouteLookup } from "../kinds/route/line.js";
import type { RuleLookup } from "../kinds/rule/line.js";
import type { Seen } from "./decision.js";
import type { Question } from "./question.js";
import type { KernelRoute, Rule } from "./replies.js";
import { stepsOf } from "./steps.js";
import { explanationText } from "./text.js";
import { verdictOf } from "./verdict.js";

type Told = { readonly netns: { readonly name: string | null; readonly inode: number | null } };
export type TreeLookup = Seen & Told & (Pick<RouteLookup, "kind" | "gateway"> | Pick<RuleLookup, "kind" | "selectors">);
type Route = Extract<TreeLookup, { kind: "route" }>;
type Walk = Extract<TreeLookup, { kind: "rule" }>;

const UNREACHABLE = "Network is unreachable";
const SEVERAL = "multipath";

/** One decision: its lookups in their order, at least one. Ends in a newline. */
export function decisionText(lookups: readonly TreeLookup[]): string {
  const [first] = lookups;
  if (first === undefined) return "";
  const question = questionOf(first);
  const tables = lookups.filter((one): one is Route => one.kind === "route");
  const rule = lookups.find((one): one is Walk => one.kind === "rule");
  const rules = rule === undefined ? [] : [ruleOf(rule)];
  const answer = answerOf(tables, rule);
  const steps = stepsOf({
    question,
    decision: { tables, ...(rule && { rule }) },
    rules,
    unsaid: null,
    ...(answer && { answer }),
  });
  const { sentence, ...verdict } = verdictOf({
    question,
    ...steps,
    rules,
    refused: UNREACHABLE,
    removed: null,
    ...(answer && { answer }),
  });
  const { family, destination, from = null, iif = null, mark = null, dscp = null } = question;
  return explanationText({
    ...{ destination, family, from, iif, oif: null, mark, dscp, uid: null },
    netns: { name: first.netns.name ?? (first.netns.inode === null ? null : String(first.netns.inode)), inode: 0 },
    ...verdict,
    steps: steps.steps,
    removed: null,
    // Of a lookup alone it is not known whether it was the last.
    verdict: typeof first.decision === "number" ? severalOr(tables, answer, sentence) : "",
    notes: [],
  });
}

function questionOf({ dst, family, src, iif, mark, dscp }: TreeLookup): Question {
  return {
    destination: dst,
    family,
    ...(src !== "0.0.0.0" && src !== "::" && { from: src }),
    ...(iif !== null && iif !== "lo" && { iif }),
    ...(mark !== 0 && { mark }),
    ...(dscp !== 0 && { dscp }),
  };
}

function ruleOf({ priority, selectors, table, action }: Walk): Rule {
  const { from = "all", ...others } = selectors;
  const words = Object.entries(others).map(([word, value]) => (value === true ? word : `${word} ${value}`));
  const lookup = table === null ? (action ?? "") : `lookup ${table.name ?? table.id}`;
  return {
    priority: priority ?? 0,
    text: [`from ${from}`, ...words, lookup].join(" "),
    table: table === null ? null : String(table.id),
    action: table === null ? action : null,
  };
}

/** What the last lookup found, if that was taken. */
function answerOf(tables: readonly Route[], rule: Walk | undefined): KernelRoute | undefined {
  const last = tables.at(-1);
  if (last?.result !== "found" || (rule !== undefined && rule.result !== "found")) return undefined;
  const { type, gateway, egress, encap, prefix } = last;
  const hop = { gateway, device: egress, weight: null, encap: encap?.type ?? null };
  return { prefix: prefix ?? "", type: type ?? "unicast", table: null, source: null, hops: [hop] };
}

function severalOr(tables: readonly Route[], answer: KernelRoute | undefined, sentence: string): string {
  const last = tables.at(-1);
  if (answer === undefined || last?.egress !== SEVERAL) return sentence;
  return `Routed by ${last.prefix ?? "a route"} of table ${last.table.name ?? last.table.id}, over one of several nexthops.`;
}
