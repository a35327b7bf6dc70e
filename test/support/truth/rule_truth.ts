// What the kernel's own function for rule lookups returned, told by bpftrace: independent of tablesnoop's programs.

import type { Family } from "../../../daemon/fib/lookup.js";
import { actionName, ruleResult } from "../../../daemon/kinds/rule/result.js";
import type { Netns } from "../networks/netns.js";
import { startBpftrace } from "./bpftrace.js";
import type { Growth } from "./growth.js";
import type { Sample } from "./scrape.js";

export interface RuleTruth extends AsyncDisposable {
  /** Detaches and returns what was counted since the start, by ruleKey. */
  stop(): Promise<Growth>;
}

const RULES = "tablesnoop_rule_lookups_total";
const TABLES: Readonly<Record<number, string>> = { 253: "default", 254: "main", 255: "local" };
const FAMILIES: Readonly<Record<number, Family>> = { 2: "ipv4", 10: "ipv6" };
const ESRCH = 3;

export interface RuleDecision {
  /** Empty if no rule decided, as the action is. */
  readonly priority: string;
  readonly action: string;
  /** Of a rule that leads to one. */
  readonly table: string;
  readonly result: string;
}

export function ruleKey(family: string, { priority, action, table, result }: RuleDecision): string {
  return [family, ...[priority, action, table].map((word) => word || "-"), result].join(" ");
}

/** Every series of rule lookups of this namespace that rose. */
export function ruleGrowth(before: readonly Sample[], after: readonly Sample[], netns: string): Growth {
  const start = series(before, netns);
  const rises = [...series(after, netns)].map(([key, value]) => [key, value - (start.get(key) ?? 0)] as const);
  return Object.fromEntries(rises.filter(([, rise]) => rise !== 0));
}

/** Starts counting the rule lookups of a namespace; returns once the probe is attached. */
export async function startRuleTruth({ inode }: Netns): Promise<RuleTruth> {
  const tracer = await startBpftrace(`
    kretfunc:fib_rules_lookup /args->ops->fro_net->ns.inum == ${inode}/ {
      $rule = args->arg->rule;
      $table = $rule->l3mdev ? args->arg->table : $rule->table;
      @rules[args->ops->family, (int32)retval, (uint64)$rule != 0, $rule->pref, $rule->action, $table] = count();
    }`);
  return {
    stop: async () => {
      const { code } = await tracer.stop("SIGINT");
      if (code !== 0) throw new Error(`stop bpftrace: ended with ${code}; it said: ${tracer.stderr().trim()}`);
      return parse(tracer.stdout());
    },
    [Symbol.asyncDispose]: async () => {
      await tracer.stop("SIGINT");
    },
  };
}

function parse(output: string): Growth {
  const growth: Record<string, number> = {};
  for (const [, columns = "", count] of output.matchAll(/^@rules\[(.*)\]: (\d+)$/gm)) {
    const [family = 0, returned = 0, hasRule, pref, act = 0, table = 0] = columns.split(", ").map(Number);
    const error = Math.abs(returned);
    const decided = hasRule === 1 && error !== ESRCH;
    const action = decided ? act : 0;
    const name = actionName(action);
    const key = ruleKey(FAMILIES[family] ?? "", {
      priority: decided ? String(pref) : "",
      action: name,
      table: name === "to_table" ? (TABLES[table] ?? String(table)) : "",
      result: ruleResult(error, action),
    });
    growth[key] = (growth[key] ?? 0) + Number(count);
  }
  return growth;
}

function series(samples: readonly Sample[], netns: string): Map<string, number> {
  const rows = samples.filter(({ name, labels: { netns: label } }) => name === RULES && label === netns);
  return new Map(
    rows.map(({ labels: { family = "", priority = "", action = "", table = "", result = "" }, value }) => [
      ruleKey(family, { priority, action, table, result }),
      value,
    ]),
  );
}
