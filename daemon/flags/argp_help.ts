// tablesnoop's --help and --usage, laid out as the original tool's argument parser (glibc's argp) does.

import type { Flag, FlagTable } from "./flags.js";
import { wrap } from "./help.js";

const WIDTH = 79;
/** Where the descriptions begin. */
const COLUMN = 29;
const USAGE_INDENT = 12;

/** `closing` is wrapped; the text ends in a newline. */
export function renderArgpHelp(program: string, table: FlagTable, closing: string): string {
  const lines = [`Usage: ${program} [OPTION...]`];
  let group: string | undefined;
  for (const [name, flag] of Object.entries(table)) {
    if (flag.group !== group) lines.push("", ...(flag.group === "" ? [] : [` ${flag.group}`]));
    group = flag.group;
    lines.push(...entry(name, flag));
  }
  return `${[...lines, "", ...wrap(closing, WIDTH)].join("\n")}\n`;
}

export function renderArgpUsage(program: string, table: FlagTable): string {
  const flags = Object.entries(table);
  const letters = flags.flatMap(([, flag]) => flag.short ?? []).join("");
  const words = [`[-${letters}]`, ...flags.map(([name, flag]) => `[${longSpelling(name, flag)}]`)];
  const lines: string[] = [];
  let line = `Usage: ${program}`;
  for (const word of words) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = " ".repeat(USAGE_INDENT - 1);
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join("\n")}\n`;
}

/** `--name`, and for a flag that takes a value what it is to be. */
export function longSpelling(name: string, flag: Flag): string {
  switch (flag.kind) {
    case "boolean":
    case "count":
      return `--${name}`;
    case "enum":
      return `--${name}=${flag.choices.join("|")}`;
    case "duration":
      return `--${name}=DURATION`;
    case "size":
      return `--${name}=SIZE`;
    default:
      return `--${name}=${flag.placeholder}`;
  }
}

function entry(name: string, flag: Flag): string[] {
  const left = `  ${flag.short === undefined ? "    " : `-${flag.short}, `}${longSpelling(name, flag)}`;
  const [first = "", ...rest] = wrap(flag.help, WIDTH - COLUMN);
  const indented = rest.map((line) => " ".repeat(COLUMN) + line);
  if (left.length > COLUMN - 2) return [left, " ".repeat(COLUMN) + first, ...indented];
  return [left.padEnd(COLUMN) + first, ...indented];
}
