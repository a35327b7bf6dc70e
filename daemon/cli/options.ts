// tablesnoop's flags, and the one frozen Options they become. The flags of the first group are the original tool's.

import { UsageError } from "../errors.js";
import { FAMILIES, type Family } from "../fib/lookup.js";
import { type FlagTable, type FlagValues, parseFlags } from "../flags/flags.js";
import { KINDS_UNASKED, LINE_KINDS } from "../kinds/lines.js";
import type { KindWord } from "../kinds/list.js";
import type { AccessFiles } from "../lines/daemon_access.js";
import { type DaemonAddress, parseDaemonAddress, withoutLogin } from "../lines/daemon_address.js";
import type { Verbosity } from "../native/session.js";
import { quoted } from "../quoted.js";
import { BadQuery, checkQuery, type LookupQuery } from "../stream/query.js";
import { familiesOf, KIND_SWITCH_FLAGS, switchesIn } from "./kind_switches.js";

const FILTERS = "Only some lookups:";
const OUTPUT = "Output:";
const ORIGIN = "Where the lookups come from:";

export const CLI_FLAGS = {
  v4: {
    kind: "boolean",
    short: "4",
    default: false,
    help: "Use IPv4. By default, both IPv4 and IPv6 are logged.",
    group: "",
  },
  v6: {
    kind: "boolean",
    short: "6",
    default: false,
    help: "Use IPv6. By default, both IPv4 and IPv6 are logged.",
    group: "",
  },
  global: {
    kind: "boolean",
    short: "g",
    default: false,
    help: "Collect events from all network namespace (global).",
    group: "",
  },
  route: { kind: "boolean", default: false, help: "Only display route lookups", group: "" },
  rule: { kind: "boolean", default: false, help: "Only display rule lookups", group: "" },
  separate: { kind: "boolean", short: "s", default: false, help: "Insert empty line after a timeout.", group: "" },
  verbose: { kind: "count", short: "v", default: 0, max: 2, help: "Enable detailed output.", group: "" },
  show_failed: {
    kind: "boolean",
    short: "x",
    alias: "show-failed",
    default: false,
    help: "Show failed lookup results",
    group: "",
  },
  help: { kind: "boolean", short: "?", otherShort: "h", default: false, help: "Give this help list", group: "" },
  usage: { kind: "boolean", default: false, help: "Give a short usage message", group: "" },
  version: { kind: "boolean", short: "V", default: false, help: "Print the version", group: "" },
  ...KIND_SWITCH_FLAGS,
  kind: {
    kind: "list",
    placeholder: "WORD",
    choices: LINE_KINDS,
    default: [],
    help: `Kind to show, several by giving it again: ${LINE_KINDS.join(", ")}. By default ${KINDS_UNASKED.join(" and ")}`,
    group: FILTERS,
  },
  netns: {
    kind: "string",
    placeholder: "NAME",
    help: 'Network namespace to watch instead of the own one: its name, "host", or its inode number. May come to be later.',
    group: FILTERS,
  },
  table: { kind: "string", placeholder: "TABLE", help: "Routing table, by name or number", group: FILTERS },
  egress: {
    kind: "string",
    placeholder: "DEV",
    help: "Device that a route leads out of, or that a neighbour is behind",
    group: FILTERS,
  },
  dst: { kind: "string", placeholder: "PREFIX", help: "Destination: an address or a prefix", group: FILTERS },
  src: { kind: "string", placeholder: "PREFIX", help: "Source: an address or a prefix", group: FILTERS },
  json: { kind: "boolean", default: false, help: "One JSON object a line", group: OUTPUT },
  tree: {
    kind: "boolean",
    default: false,
    help: "Group the lookups, failed ones too, by what the kernel decided, and say that last",
    group: OUTPUT,
  },
  color: {
    kind: "enum",
    choices: ["auto", "always", "never"],
    default: "auto",
    help: "Green for what was found, red for what failed; auto: on a terminal, with -x, unless NO_COLOR is set",
    group: OUTPUT,
  },
  count: { kind: "integer", placeholder: "N", min: 1, help: "End after N lines", group: OUTPUT },
  duration: { kind: "duration", min: 1, help: "End after this time, such as 10s or 1m30s", group: OUTPUT },
  connect: {
    kind: "string",
    placeholder: "URL",
    conceal: withoutLogin,
    help: "A running tablesnoopd, needs no root: http://HOST:PORT, https://USER@HOST:PORT or unix:/PATH",
    group: ORIGIN,
  },
  "password-file": {
    kind: "string",
    placeholder: "FILE",
    help: "File whose first line is the password of the user in --connect",
    group: ORIGIN,
  },
  cacert: {
    kind: "string",
    placeholder: "FILE",
    help: "Certificate authorities to trust with --connect https:, instead of the system's",
    group: ORIGIN,
  },
  cert: {
    kind: "string",
    placeholder: "FILE",
    help: "Certificate to show with --connect https:",
    group: ORIGIN,
  },
  key: { kind: "string", placeholder: "FILE", help: "Key of --cert, if it is not in the same file", group: ORIGIN },
  probe: {
    kind: "enum",
    choices: ["auto", "trampoline", "tracepoint"],
    default: "auto",
    help: "How to hook into the kernel; auto tries trampoline, which sees more, then tracepoint, which sees no rules",
    group: ORIGIN,
  },
} as const satisfies FlagTable;

const VERBOSITIES = [0, 1, 2] as const;

type Values = FlagValues<typeof CLI_FLAGS>;

export interface Options {
  readonly query: LookupQuery;
  /** Nothing but the namespace the command runs in; a daemon cannot know which that is. */
  readonly ownNetns: boolean;
  /** A tree is made of JSON lines. */
  readonly format: "text" | "json" | "tree";
  readonly verbose: Verbosity;
  /** An empty line at each pause. */
  readonly separate: boolean;
  readonly color: Values["color"];
  readonly count?: number;
  readonly durationMs?: number;
  readonly probe: Values["probe"];
  /** Absent: probes of its own. */
  readonly connect?: DaemonAddress;
  /** Only with `connect`. */
  readonly accessFiles: AccessFiles;
}

/** `argv` without node and script. Throws UsageError. */
export function parseOptions(argv: readonly string[]): Options | { readonly show: "help" | "usage" | "version" } {
  const values = parseFlags(CLI_FLAGS, argv);
  for (const show of ["help", "usage", "version"] as const) if (values[show]) return { show };

  if (values.global && values.netns !== undefined) throw disagree("--global", "--netns");
  const connect = values.connect === undefined ? undefined : daemonAddress(values.connect);
  if (connect !== undefined) refuseUnstreamed(values);
  if (values.tree) refuseUntreelike(values);
  const accessFiles = accessFilesOf(values, connect);
  return Object.freeze({
    query: lookupQuery(values),
    ownNetns: !values.global && values.netns === undefined,
    format: values.tree ? "tree" : values.json ? "json" : "text",
    verbose: values.lwt ? 2 : (VERBOSITIES[values.verbose] ?? 0),
    separate: values.separate,
    color: values.color,
    ...(values.count !== undefined && { count: values.count }),
    ...(values.duration !== undefined && { durationMs: values.duration }),
    probe: values.probe,
    ...(connect !== undefined && { connect }),
    accessFiles,
  });
}

type AccessValues = Pick<Values, "password-file" | "cacert" | "cert" | "key">;

export function accessFilesOf(values: AccessValues, connect: DaemonAddress | undefined): AccessFiles {
  const { "password-file": password, cacert: ca, cert, key } = values;
  for (const flag of ["cacert", "cert", "key"] as const) {
    if (values[flag] !== undefined && connect?.usesTls !== true)
      throw alone(`--${flag}`, "--connect=https://HOST:PORT");
  }
  if (key !== undefined && cert === undefined) throw alone("--key", "--cert");
  if (password !== undefined && connect?.login === undefined) {
    throw alone("--password-file", "--connect=https://USER@HOST:PORT");
  }
  if (password !== undefined && connect?.login?.password !== "") {
    throw disagree("--password-file", "--connect with a password");
  }
  return Object.freeze({
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(password !== undefined && { password }),
  });
}

function alone(flag: string, other: string): UsageError {
  return new UsageError("flag_alone", { flag, other });
}

function lookupQuery(values: Values): LookupQuery {
  const { netns, table, egress, src, dst } = values;
  const query: LookupQuery = {
    kinds: kinds(values),
    families: families(values),
    ...(netns !== undefined && { netns }),
    ...(table !== undefined && { table }),
    ...(egress !== undefined && { egress }),
    ...(src !== undefined && { src }),
    ...(dst !== undefined && { dst }),
    failed: values.show_failed || values.tree ? "include" : "exclude",
  };
  try {
    checkQuery(query);
  } catch (error) {
    throw asUsageError(error);
  }
  return Object.freeze(query);
}

function kinds(values: Values): readonly KindWord[] {
  const named = [...switchesIn(values).map(({ kind }) => kind), ...values.kind];
  const asked = named.length > 0 ? named : KINDS_UNASKED;
  return LINE_KINDS.filter((word) => asked.includes(word) || (values.lwt && word === "dst-cache"));
}

function families(values: Values): readonly Family[] {
  const { v4, v6 } = values;
  const named = familiesOf(switchesIn(values), values.kind);
  if (named === undefined) return v4 === v6 ? FAMILIES : [v4 ? "ipv4" : "ipv6"];
  if (v4 || v6) throw disagree(v4 ? "--v4" : "--v6", "--fib4, --fib6, --rule4 and --rule6");
  return named;
}

/** What the query says is wrong, as the flag it came from; anything else as it is. */
export function asUsageError(error: unknown): unknown {
  return error instanceof BadQuery
    ? new UsageError("query_refused", { problem: error.message }, { cause: error })
    : error;
}

export function daemonAddress(text: string): DaemonAddress {
  const address = parseDaemonAddress(text);
  if (address) return address;
  const accepted =
    "an address such as http://127.0.0.1:10074, https://user@[2001:db8::1]:10074 or unix:/run/tablesnoopd.sock";
  throw new UsageError("bad_value", { flag: "--connect", value: quoted(withoutLogin(text)), accepted });
}

/** The stream knows no colours, and whose probes they are is the daemon's affair. */
function refuseUnstreamed(values: Values): void {
  if (values.color === "always") throw new UsageError("not_streamed", { flag: "--color=always" });
  if (values.probe !== "auto") throw new UsageError("not_streamed", { flag: `--probe=${values.probe}` });
}

/** What a tree is not made of, or does not say. */
function refuseUntreelike(values: Values): void {
  if (values.json) throw disagree("--tree", "--json");
  if (values.verbose > 0) throw disagree("--tree", "--verbose");
  if (values.color === "always") throw disagree("--tree", "--color=always");
  const other = values.kind.find((word) => word !== "route" && word !== "rule");
  if (other !== undefined) throw disagree("--tree", `--kind=${other}`);
}

function disagree(first: string, second: string): UsageError {
  return new UsageError("flags_disagree", { first, second });
}
