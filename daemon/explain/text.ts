// An explanation as lines for people.

import type { Encap } from "../kinds/encap/line.js";
import { printable } from "../netns/printable.js";
import type { Explanation, Step, TableStep } from "./explanation.js";
import type { Hop } from "./replies.js";

/** Ends in a newline. What a terminal would act on is spelled by its number. */
export function explanationText(explanation: Explanation): string {
  const { steps, notes, verdict } = explanation;
  const lines = [
    head(explanation),
    ...steps.flatMap((step) => stepLines(step).map((line) => `  ${line}`)),
    ...notes.map((note) => `  note: ${note}`),
    ...(verdict === "" ? [] : [verdict]),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function head({ destination, netns, from, iif, oif, mark, dscp, uid }: Explanation): string {
  const given: readonly (readonly [string, string | number | null])[] = [
    ["from", from],
    ["iif", iif],
    ["oif", oif],
    ["mark", mark === null ? null : `0x${mark.toString(16)}`],
    ["dscp", dscp],
    ["uid", uid],
  ];
  const words = given.flatMap(([word, value]) => (value === null ? [] : [`${word} ${value}`]));
  return [destination, ...words, ...(netns.name === null ? [] : [`in ${netns.name}`])].join(" ");
}

function stepLines(step: Step): readonly string[] {
  switch (step.step) {
    case "rule":
      return [step.priority === null ? "rules: none decided" : `rule ${step.priority}: ${step.rule ?? step.action}`];
    case "table":
      return [tableLine(step)];
    case "nexthops":
      return [
        `nexthops: ${step.of.length}${step.chosen === null ? "" : ", chosen by the hash of the flow:"}`,
        ...step.of.map((hop, at) => `  ${at === step.chosen ? "*" : "-"} ${hopText(hop)}`),
      ];
    case "encap":
      return [`encap: ${encapText(step.encap)}`];
    case "neighbour":
      return [
        `neighbour ${step.address} on ${step.device}: ${step.state === "none" ? "not known yet" : step.state}${step.lladdr === null ? "" : `, ${step.lladdr}`}`,
      ];
  }
}

function tableLine({ table, by, result, suppressed, prefix, type }: TableStep): string {
  const named = table.name === null ? `table ${table.id}` : `table ${table.name}`;
  const led = by === null ? "" : ` (rule ${by.priority}: ${by.rule})`;
  return `${named}${led}: ${answer()}`;

  function answer(): string {
    if (result === "no_route" || result === "throw") return result === "throw" ? "throw: the next rule" : "no route";
    if (result !== "found") return `${result}${prefix === null ? "" : ` ${prefix}`}`;
    const kind = type === null || type === "" || type === "unicast" ? "" : `${type} `;
    return `${kind}${prefix ?? "found"}${suppressed ? ", suppressed by its rule" : ""}`;
  }
}

function hopText({ gateway, device, weight, encap }: Hop): string {
  const words = [
    encap === null ? "" : `encap ${encap}`,
    gateway === null ? "" : `via ${gateway}`,
    device === null ? "" : `dev ${device}`,
    weight === null ? "" : `weight ${weight}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** In the words of `ip route`, as far as it has them. */
function encapText({ type, ...rest }: Encap): string {
  const words = Object.entries(rest).map(([key, value]) => {
    if (value === true) return key;
    return key === "action" || key === "mode"
      ? String(value)
      : `${key} ${Array.isArray(value) ? value.join(",") : value}`;
  });
  return [type, ...words].join(" ");
}
