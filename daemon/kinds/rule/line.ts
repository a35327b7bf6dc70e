import type { FlowLine } from "../../wire/line.js";

/** One walk of the rule list for one flow. */
export interface RuleLookup extends FlowLine {
  readonly kind: "rule";
  /** It led to; null if no rule decided, or one that rejects by itself. */
  readonly table: { readonly id: number; readonly name: string | null } | null;
  /** Of the rule that decided; null if none did. */
  readonly priority: number | null;
  readonly action: string | null;
  /** As `ip rule` words them; true for one without a value. */
  readonly selectors: Readonly<Record<string, string | true>>;
  /** As of a route. */
  readonly decision: number | null;
}
