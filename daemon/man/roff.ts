// Manual pages in roff, from prose and a flag table, so that --help and the page cannot disagree.

import { longSpelling } from "../flags/argp_help.js";
import type { Flag, FlagTable } from "../flags/flags.js";

/** A paragraph, a list of terms, or lines to be kept as they are. */
type Block = string | { readonly terms: readonly (readonly [string, string])[] } | { readonly example: string };

export interface ManPage {
  readonly name: string;
  readonly section: 1 | 8;
  readonly summary: string;
  readonly synopsis: string;
  /** Synopsis of other ways to call it, each with its first word. */
  readonly otherSynopses?: readonly (readonly [string, string])[];
  readonly description: readonly Block[];
  readonly flags: FlagTable;
  /** Range, default and the like of a flag, for after its help; empty: none. */
  readonly suffix: (flag: Flag) => string;
  readonly sections: readonly { readonly title: string; readonly blocks: readonly Block[] }[];
}

export function renderMan(page: ManPage): string {
  const lines = [
    `.TH ${page.name.toUpperCase()} ${page.section} "" "tablesnoop"`,
    ".SH NAME",
    `${plain(page.name)} \\- ${plain(page.summary)}`,
    ".SH SYNOPSIS",
    `.B ${plain(page.name)}`,
    plain(page.synopsis),
    ...(page.otherSynopses ?? []).flatMap(([word, rest]) => [
      ".br",
      `.B ${plain(`${page.name} ${word}`)}`,
      plain(rest),
    ]),
    ".SH DESCRIPTION",
    ...page.description.flatMap(block),
    ".SH OPTIONS",
    ...options(page),
    ...page.sections.flatMap(({ title, blocks }) => [`.SH ${title}`, ...blocks.flatMap(block)]),
  ];
  return `${lines.join("\n")}\n`;
}

function options({ flags, suffix }: ManPage): string[] {
  const lines: string[] = [];
  let group = "";
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.group !== group) lines.push(`.SS "${plain(flag.group.replace(/:$/, ""))}"`);
    group = flag.group;
    const short = flag.short === undefined ? "" : `\\fB${plain(`-${flag.short}`)}\\fR, `;
    const alias = flag.alias === undefined ? "" : `, \\fB${plain(`--${flag.alias}`)}\\fR`;
    lines.push(".TP", short + spelled(longSpelling(name, flag)) + alias, plain(sentence(flag.help) + suffix(flag)));
  }
  return lines;
}

/** The name bold, the value's place in italics. */
function spelled(text: string): string {
  const [name = "", value] = text.split(/=(.*)/, 2);
  return `\\fB${plain(name)}\\fR${value === undefined ? "" : `=\\fI${plain(value)}\\fR`}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function block(content: Block): string[] {
  if (typeof content === "string") return [".PP", plain(content)];
  if ("example" in content) return [".PP", ".EX", ...content.example.split("\n").map(plain), ".EE"];
  return content.terms.flatMap(([term, text]) => [".TP", `\\fB${plain(term)}\\fR`, plain(text)]);
}

/** A dash stays a dash when copied, and no line begins with what roff takes for a request. */
function plain(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/, "\\&$&");
}
