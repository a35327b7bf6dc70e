// Command-line flags as one typed table: its types, and how arguments become values by it. help.ts renders it.

import { parseArgs } from "node:util";
import { UsageError } from "../errors.js";
import { quoted } from "../quoted.js";
import { spelledOut } from "./abbreviations.js";
import { formatDuration, parseDuration } from "./duration.js";
import { formatSize, isPowerOfTwo, parseSize } from "./size.js";

interface Described {
  /** One letter or sign, without its dash. */
  readonly short?: string;
  /** Another letter, which no help shows. */
  readonly otherShort?: string;
  /** Another spelling of the long name. */
  readonly alias?: string;
  readonly help: string;
  /** Heading in the help text. */
  readonly group: string;
}

export interface BooleanFlag extends Described {
  readonly kind: "boolean";
  readonly default: boolean;
}

/** The value is how often it was given, at most `max`. */
interface CountFlag extends Described {
  readonly kind: "count";
  readonly default: 0;
  readonly max: number;
}

interface StringFlag extends Described {
  readonly kind: "string";
  readonly placeholder: string;
  /** What of a value may be shown to people; absent: all of it. */
  readonly conceal?: (value: string) => string;
  readonly default?: string;
}

interface EnumFlag extends Described {
  readonly kind: "enum";
  readonly choices: readonly string[];
  readonly default: string;
}

/** `default`, `min`, `max` and the value are milliseconds. */
interface DurationFlag extends Described {
  readonly kind: "duration";
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

/** `default`, `min`, `max` and the value are bytes. */
interface SizeFlag extends Described {
  readonly kind: "size";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly isPowerOfTwo?: boolean;
}

interface IntegerFlag extends Described {
  readonly kind: "integer";
  readonly placeholder: string;
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

/** May be given several times; each adds one string, and the first replaces the default. */
interface ListFlag extends Described {
  readonly kind: "list";
  readonly placeholder: string;
  /** Absent: anything. */
  readonly choices?: readonly string[];
  readonly default: readonly string[];
}

export type Flag = BooleanFlag | CountFlag | StringFlag | EnumFlag | DurationFlag | SizeFlag | IntegerFlag | ListFlag;

/** Takes no value. */
type Switch = BooleanFlag | CountFlag;

export function isSwitch(flag: Flag): flag is Switch {
  return flag.kind === "boolean" || flag.kind === "count";
}

/** Keys are long names without dashes. */
export type FlagTable = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F extends BooleanFlag
  ? boolean
  : F extends EnumFlag
    ? F["choices"][number]
    : F extends DurationFlag | SizeFlag | IntegerFlag | CountFlag
      ? number | Absent<F>
      : F extends ListFlag
        ? readonly Item<F>[]
        : string | Absent<F>;

type Item<F extends ListFlag> = F extends { readonly choices: readonly (infer Choice)[] } ? Choice : string;

type Absent<F> = F extends { readonly default: unknown } ? never : undefined;

export type FlagValues<T extends FlagTable> = { readonly [Name in keyof T]: ValueOf<T[Name]> };

type Value = boolean | string | number | readonly string[] | undefined;

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** Reads arguments by the table. Throws UsageError on the first that does not fit. */
export function parseFlags<T extends FlagTable>(table: T, argv: readonly string[]): FlagValues<T> {
  return parseArguments(table, argv, 0).values;
}

/** The same where up to `most` arguments that are no flags are taken, in their order. */
export function parseArguments<T extends FlagTable>(
  table: T,
  argv: readonly string[],
  most: number,
): { readonly values: FlagValues<T>; readonly words: readonly string[] } {
  const given = new Map<string, Value>();
  const words: string[] = [];
  for (const token of tokenize(table, argv)) {
    if (token.kind === "option") take(given, table, token);
    if (token.kind !== "positional") continue;
    if (words.length === most) throw new UsageError("unexpected_argument", { argument: quoted(token.value) });
    words.push(token.value);
  }
  const values = Object.entries(table).map(([name, flag]) => [name, given.get(name) ?? flag.default]);
  return { values: Object.fromEntries(values) as FlagValues<T>, words };
}

/** What a flag's value must look like, as the end of "needs a value:" or "is not". */
function accepted(flag: Flag): string {
  switch (flag.kind) {
    case "boolean":
    case "count":
      return "no value";
    case "enum":
      return `one of ${flag.choices.join(", ")}`;
    case "duration":
      return `a duration such as 30s or 1m30s${bounds(flag, formatDuration)}`;
    case "size":
      return `${flag.isPowerOfTwo ? "a power of two, such as" : "a size such as"} 8MiB,${bounds(flag, formatSize)}`;
    case "integer":
      return `a whole number${bounds(flag, String)}`;
    case "list":
      return flag.choices === undefined ? flag.placeholder : `one of ${flag.choices.join(", ")}`;
    case "string":
      return flag.placeholder;
  }
}

function tokenize(table: FlagTable, argv: readonly string[]) {
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {};
  for (const [name, flag] of Object.entries(table)) {
    const type = isSwitch(flag) ? "boolean" : "string";
    options[name] = flag.short === undefined ? { type } : { type, short: flag.short };
    if (flag.alias !== undefined) options[flag.alias] = { type };
    if (flag.otherShort !== undefined) options[`-${flag.otherShort}`] = { type, short: flag.otherShort };
  }
  const args = spelledOut(table, argv);
  return parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function take(given: Map<string, Value>, table: FlagTable, token: OptionToken): void {
  const { name, flag, negated } = find(table, token);
  const value = isSwitch(flag) ? readSwitch(token, negated) : readValue(flag, token);
  const before = given.get(name);
  if (flag.kind === "count") {
    given.set(name, Math.min(Number(before ?? 0) + 1, flag.max));
  } else if (flag.kind === "list") {
    given.set(name, [...(Array.isArray(before) ? before : []), value]);
  } else if (before === undefined || before === value) {
    given.set(name, value);
  } else {
    throw new UsageError("contradiction", {
      flag: `--${name}`,
      first: shown(flag, before),
      second: shown(flag, value),
    });
  }
}

function find(table: FlagTable, token: OptionToken): { name: string; flag: Flag; negated: boolean } {
  const own = lookup(table, token.name);
  if (own) return { ...own, negated: false };

  const positive = token.rawName.startsWith("--no-") ? token.name.slice("no-".length) : "";
  const found = lookup(table, positive);
  if (!found) throw new UsageError("unknown_flag", { flag: token.rawName });
  const { name, flag } = found;
  if (flag.kind !== "boolean") {
    throw new UsageError("not_negatable", { flag: token.rawName, positive: `--${name}`, accepted: accepted(flag) });
  }
  return { name, flag, negated: true };
}

function lookup(table: FlagTable, spelling: string): { name: string; flag: Flag } | undefined {
  const own = Object.hasOwn(table, spelling) ? table[spelling] : undefined;
  if (own) return { name: spelling, flag: own };
  for (const [name, flag] of Object.entries(table)) {
    if (flag.alias === spelling || (flag.otherShort !== undefined && spelling === `-${flag.otherShort}`)) {
      return { name, flag };
    }
  }
  return undefined;
}

function readSwitch(token: OptionToken, negated: boolean): boolean {
  if (token.value !== undefined) {
    throw new UsageError("unwanted_value", { flag: token.rawName, value: quoted(token.value) });
  }
  return !negated;
}

function readValue(flag: Exclude<Flag, Switch>, token: OptionToken): string | number {
  const text = token.value ?? "";
  // A flag that follows is not taken for the value, as in `--log.format --log.level=debug`.
  if (text === "" || (!token.inlineValue && /^-./.test(text))) {
    throw new UsageError("missing_value", { flag: token.rawName, accepted: accepted(flag) });
  }
  const value = convert(flag, text);
  if (value === undefined) {
    throw new UsageError("bad_value", { flag: token.rawName, value: quoted(text), accepted: accepted(flag) });
  }
  return value;
}

function convert(flag: Exclude<Flag, Switch>, text: string): string | number | undefined {
  switch (flag.kind) {
    case "enum":
      return flag.choices.includes(text) ? text : undefined;
    case "duration":
      return within(flag, parseDuration(text));
    case "size": {
      const bytes = within(flag, parseSize(text));
      return bytes !== undefined && flag.isPowerOfTwo && !isPowerOfTwo(bytes) ? undefined : bytes;
    }
    case "integer":
      return within(flag, /^-?\d{1,15}$/.test(text) ? Number(text) : undefined);
    case "list":
      return flag.choices === undefined || flag.choices.includes(text) ? text : undefined;
    case "string":
      return text;
  }
}

function within(flag: DurationFlag | SizeFlag | IntegerFlag, value: number | undefined): number | undefined {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = flag;
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function bounds(flag: DurationFlag | SizeFlag | IntegerFlag, format: (value: number) => string): string {
  if (flag.min !== undefined && flag.max !== undefined) return ` from ${format(flag.min)} to ${format(flag.max)}`;
  if (flag.min !== undefined) return ` of at least ${format(flag.min)}`;
  return flag.max === undefined ? "" : ` of at most ${format(flag.max)}`;
}

function shown(flag: Flag, value: Value): string {
  if (flag.kind === "boolean") return value ? "on" : "off";
  if (flag.kind === "string" && flag.conceal !== undefined) return flag.conceal(String(value));
  if (typeof value !== "number") return String(value);
  return flag.kind === "duration" ? formatDuration(value) : flag.kind === "size" ? formatSize(value) : String(value);
}
