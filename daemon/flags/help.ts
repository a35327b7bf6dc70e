// The --help text of a flag table: usage, summary, then the flags by group.

import { formatDuration } from "./duration.js";
import { type Flag, type FlagTable, isSwitch } from "./flags.js";
import { formatSize } from "./size.js";

const WIDTH = 92;
const COLUMN = 40;

/** `summary` is wrapped; the text ends in a newline. */
export function renderHelp(program: string, summary: string, table: FlagTable): string {
  const groups = new Map<string, string[]>();
  for (const [name, flag] of Object.entries(table)) {
    const lines = groups.get(flag.group) ?? [];
    groups.set(flag.group, [...lines, ...entry(name, flag)]);
  }
  const sections = [...groups].map(([group, lines]) => [`${group}:`, ...lines].join("\n"));
  return `${[`usage: ${program} [flags]`, wrap(summary, WIDTH).join("\n"), ...sections].join("\n\n")}\n`;
}

function entry(name: string, flag: Flag): string[] {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  const left = `  ${short}${spelling(name, flag)}`;
  const right = wrap(flag.help + suffix(flag), WIDTH - COLUMN).map((line) => " ".repeat(COLUMN) + line);
  const [first, ...rest] = right;
  if (first === undefined || left.length > COLUMN - 2) return [left, ...right];
  return [left + first.slice(left.length), ...rest];
}

function spelling(name: string, flag: Flag): string {
  switch (flag.kind) {
    case "boolean":
      return flag.default ? `--[no-]${name}` : `--${name}`;
    case "count":
      return `--${name}`;
    case "enum":
      return `--${name}=${flag.choices.join("|")}`;
    case "duration":
      return `--${name}=DURATION`;
    case "size":
      return `--${name}=SIZE`;
    case "list":
      return `--${name}=${flag.placeholder} ...`;
    default:
      return `--${name}=${flag.placeholder}`;
  }
}

/** Range and default; a switch shows its default by its spelling. */
export function suffix(flag: Flag): string {
  if (isSwitch(flag)) return "";
  const notes: string[] = [];
  if (flag.kind === "list") notes.push("repeatable");
  if (flag.kind === "integer" || flag.kind === "duration" || flag.kind === "size")
    notes.push(...range(flag.min, flag.max, formatter(flag)));
  const text = defaultText(flag);
  if (text !== "") notes.push(`default ${text}`);
  return notes.length === 0 ? "" : ` (${notes.join("; ")})`;
}

function range(min: number | undefined, max: number | undefined, format: (value: number) => string): string[] {
  if (min !== undefined && max !== undefined) return [`${format(min)} to ${format(max)}`];
  if (max !== undefined) return [`at most ${format(max)}`];
  return min === undefined || min === 0 ? [] : [`at least ${format(min)}`];
}

function formatter(flag: Flag): (value: number) => string {
  if (flag.kind === "size") return formatSize;
  return flag.kind === "duration" ? formatDuration : String;
}

function defaultText(flag: Flag): string {
  if (flag.default === undefined) return "";
  if (typeof flag.default === "number") return formatter(flag)(flag.default);
  return typeof flag.default === "object" ? flag.default.join(", ") : String(flag.default);
}

/** Lines of at most `width`, unless a word is longer. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
