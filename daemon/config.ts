// tablesnoopd's flags, and the one frozen Config they become. Every default lives here.

import { UsageError } from "./errors.js";
import { type BooleanFlag, type FlagTable, type FlagValues, parseFlags } from "./flags/flags.js";
import { renderHelp } from "./flags/help.js";
import { PATHS } from "./http/paths.js";
import { COLLECTORS, type CollectorWord } from "./kinds/collectors.js";
import { parseListenAddress, type TcpAddress, type UnixAddress } from "./listen/address.js";
import type { SocketAccess } from "./listen/unix_socket.js";
import { ABI } from "./native/abi.js";
import { quoted } from "./quoted.js";
import { type Kept, parseKept } from "./service/capabilities.js";
import { MOST_WATCHES, parseWatch, type Watch } from "./watched/watch.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const KIB = 1024;
const MIB = 1024 * KIB;

const COLLECTOR_FLAGS = Object.fromEntries(
  COLLECTORS.map(({ word, help, isOn }) => [
    `collector.${word}`,
    { kind: "boolean", default: isOn, help, group: "Collection" },
  ]),
) as Readonly<Record<`collector.${CollectorWord}`, BooleanFlag>>;

export const DAEMON_FLAGS = {
  "web.listen-address": {
    kind: "list",
    placeholder: "ADDRESS",
    default: [":10074"],
    help: "Address to serve on: :port (all addresses), host:port, [IPv6]:port or unix:/path.",
    group: "Web",
  },
  "web.socket-mode": {
    kind: "string",
    placeholder: "MODE",
    default: "0660",
    help: "Permissions of unix sockets, in octal digits.",
    group: "Web",
  },
  "web.socket-group": {
    kind: "string",
    placeholder: "GROUP",
    help: "Group of unix sockets, by name or number; without it that of the daemon.",
    group: "Web",
  },
  "web.systemd-socket": {
    kind: "boolean",
    default: false,
    help: "Serve on the sockets that systemd passes, instead of any --web.listen-address.",
    group: "Web",
  },
  "web.config.file": {
    kind: "string",
    placeholder: "FILE",
    help: "TLS, logins, headers and a rate limit, in the format of Prometheus' exporter-toolkit.",
    group: "Web",
  },
  "web.enable-lifecycle": {
    kind: "boolean",
    default: false,
    help: "Reload the configuration on POST /-/reload, as on SIGHUP.",
    group: "Web",
  },
  "web.telemetry-path": {
    kind: "string",
    placeholder: "PATH",
    default: "/metrics",
    help: "Path of the metrics.",
    group: "Web",
  },
  "web.max-requests": {
    kind: "integer",
    placeholder: "N",
    default: 40,
    min: 0,
    help: "Scrapes that may wait for the metrics at the same time; 0 sets no limit.",
    group: "Web",
  },
  "web.enable-stream": {
    kind: "boolean",
    default: false,
    help: "Serve single lookups as they happen, with their addresses, at /stream; show addresses at /api/failures and in OpenMetrics.",
    group: "Web",
  },
  "web.stream-insecure": {
    kind: "boolean",
    default: false,
    help: "Serve the stream to other hosts without a login too.",
    group: "Web",
  },
  "web.disable-exporter-metrics": {
    kind: "boolean",
    default: false,
    help: "Leave out the metrics about this process itself (process_*, nodejs_*).",
    group: "Web",
  },
  probe: {
    kind: "enum",
    choices: ["auto", "trampoline", "tracepoint"],
    default: "auto",
    help: "How to hook into the kernel; auto tries trampoline, which sees more, then tracepoint.",
    group: "Collection",
  },
  netns: {
    kind: "list",
    placeholder: "NAME",
    default: [],
    help: "Show only this network namespace; without it all are shown.",
    group: "Collection",
  },
  "watch-route": {
    kind: "list",
    placeholder: "PREFIX[@TABLE]",
    default: [],
    help: "Show whether this prefix is routed, in the daemon's network namespace: as the rules decide, or by this table.",
    group: "Collection",
  },
  ...COLLECTOR_FLAGS,
  "failure-window": {
    kind: "duration",
    default: MINUTE,
    min: 5 * SECOND,
    max: 60 * MINUTE,
    help: "Time over which failure ratios and the destinations that fail are taken.",
    group: "Collection",
  },
  "series.max": {
    kind: "integer",
    placeholder: "N",
    default: 10_000,
    min: 100,
    max: 1_000_000,
    help: "Lookup series to show at most; what comes after is summed under the label value other.",
    group: "Limits",
  },
  "series.expiry": {
    kind: "duration",
    default: 5 * MINUTE,
    min: SECOND,
    help: "Time after which the series of a namespace or device that is gone are dropped.",
    group: "Limits",
  },
  "counters.max": {
    kind: "integer",
    placeholder: "N",
    default: 16_384,
    min: 64,
    max: 1_048_576,
    help: "Counters to make room for in the kernel; lookups that find none are counted without detail.",
    group: "Limits",
  },
  "stream.max-listeners": {
    kind: "integer",
    placeholder: "N",
    default: 16,
    min: 1,
    max: ABI.TS_LISTENERS,
    help: "Clients of /stream served at the same time.",
    group: "Stream",
  },
  "stream.ring-size": {
    kind: "size",
    default: 8 * MIB,
    min: 64 * KIB,
    max: 1024 * MIB,
    isPowerOfTwo: true,
    help: "Room for lookups on their way out of the kernel, a power of two; those that find none are dropped and counted.",
    group: "Stream",
  },
  "stream.queue-size": {
    kind: "size",
    default: 4 * MIB,
    min: 64 * KIB,
    max: 256 * MIB,
    help: "Room for lines that wait for one client; those beyond are dropped, counted and told to it.",
    group: "Stream",
  },
  "capabilities.keep": {
    kind: "list",
    placeholder: "NAME",
    default: [],
    help: "Capability to keep once the probes are attached, such as cap_dac_read_search, or all; without it none is kept.",
    group: "Privileges",
  },
  "log.level": {
    kind: "enum",
    choices: ["debug", "info", "warn", "error"],
    default: "info",
    help: "Least severe messages to log.",
    group: "Log",
  },
  "log.format": {
    kind: "enum",
    choices: ["logfmt", "json"],
    default: "logfmt",
    help: "Format of the log, which goes to stderr.",
    group: "Log",
  },
  version: { kind: "boolean", default: false, help: "Show the version and exit.", group: "Help" },
  help: { kind: "boolean", short: "h", default: false, help: "Show this text and exit.", group: "Help" },
} as const satisfies FlagTable;

type Values = FlagValues<typeof DAEMON_FLAGS>;

export interface Config {
  /** "systemd": on the sockets that it passes. */
  readonly listen: readonly (TcpAddress | UnixAddress)[] | "systemd";
  /** Of unix sockets that are made by this process. */
  readonly socket: SocketAccess;
  /** Absent: TLS, logins and the rest are off. */
  readonly webConfigFile?: string;
  /** Whether a reload may be asked for over HTTP. */
  readonly lifecycle: boolean;
  readonly telemetryPath: string;
  /** 0: no limit. */
  readonly maxRequests: number;
  readonly exporterMetrics: boolean;
  readonly probe: Values["probe"];
  /** Names of namespaces to show; empty: all. */
  readonly netns: readonly string[];
  readonly watches: readonly Watch[];
  readonly collectors: Readonly<Record<CollectorWord, boolean>>;
  readonly failureWindowMs: number;
  readonly seriesMax: number;
  readonly seriesExpiryMs: number;
  readonly countersMax: number;
  /** Absent: not served. Sizes in bytes. */
  readonly stream?: {
    readonly maxListeners: number;
    readonly ringBytes: number;
    readonly queueBytes: number;
    /** Whether other hosts get it without a login. */
    readonly isInsecure: boolean;
  };
  /** What is left of the capabilities once the probes are attached. */
  readonly capabilities: Kept;
  readonly logLevel: Values["log.level"];
  readonly logFormat: Values["log.format"];
}

/** `argv` without node and script. Throws UsageError. */
export function parseConfig(argv: readonly string[]): Config | { readonly show: "help" | "version" } {
  const values = parseFlags(DAEMON_FLAGS, argv);
  if (values.help) return { show: "help" };
  if (values.version) return { show: "version" };
  const { "web.config.file": webConfigFile } = values;
  return Object.freeze({
    listen: values["web.systemd-socket"]
      ? "systemd"
      : Object.freeze(values["web.listen-address"].flatMap(listenAddress)),
    socket: socketAccess(values),
    ...(webConfigFile !== undefined && { webConfigFile }),
    lifecycle: values["web.enable-lifecycle"],
    telemetryPath: telemetryPath(values["web.telemetry-path"]),
    maxRequests: values["web.max-requests"],
    exporterMetrics: !values["web.disable-exporter-metrics"],
    probe: values.probe,
    netns: Object.freeze([...new Set(values.netns.map(netnsName))]),
    watches: watches(values["watch-route"]),
    collectors: Object.freeze(
      Object.fromEntries(COLLECTORS.map(({ word }) => [word, values[`collector.${word}`]])) as Config["collectors"],
    ),
    failureWindowMs: values["failure-window"],
    seriesMax: values["series.max"],
    seriesExpiryMs: values["series.expiry"],
    countersMax: values["counters.max"],
    ...(values["web.enable-stream"] && {
      stream: Object.freeze({
        maxListeners: values["stream.max-listeners"],
        ringBytes: values["stream.ring-size"],
        queueBytes: values["stream.queue-size"],
        isInsecure: values["web.stream-insecure"],
      }),
    }),
    capabilities: keptCapabilities(values["capabilities.keep"]),
    logLevel: values["log.level"],
    logFormat: values["log.format"],
  });
}

export function helpText(): string {
  const summary =
    "Counts every route and rule lookup of the Linux kernel, in all network namespaces, and serves the counts to Prometheus. " +
    "Needs root, or CAP_BPF and CAP_PERFMON.";
  return renderHelp("tablesnoopd", summary, DAEMON_FLAGS);
}

interface Versions {
  readonly version: string;
  readonly revision?: string;
  readonly node: string;
  readonly libbpf: string;
}

export function versionText({ version, revision, node, libbpf }: Versions): string {
  const lines = [`tablesnoopd, version ${version}`];
  if (revision !== undefined) lines.push(`  revision: ${revision}`);
  lines.push(`  node:     ${node}`, `  libbpf:   ${libbpf}`);
  return `${lines.join("\n")}\n`;
}

/** An address given twice is bound once, except port 0, which is another port each time. */
function listenAddress(text: string, position: number, all: readonly string[]): (TcpAddress | UnixAddress)[] {
  const address = parseListenAddress(text);
  if (!address) {
    const wanted = "an address such as :10074, 127.0.0.1:10074, [::1]:10074 or unix:/run/tablesnoopd/tablesnoopd.sock";
    throw badValue("web.listen-address", text, wanted);
  }
  return !("port" in address && address.port === 0) && all.indexOf(text) !== position ? [] : [Object.freeze(address)];
}

function socketAccess({ "web.socket-mode": mode, "web.socket-group": group }: Values): SocketAccess {
  if (!/^0?[0-7]{3}$/.test(mode)) throw badValue("web.socket-mode", mode, "three octal digits such as 0660");
  if (group !== undefined && !/^[\w.@-]{1,64}$/.test(group)) throw badValue("web.socket-group", group, "a group");
  return Object.freeze({ mode: Number.parseInt(mode, 8), ...(group !== undefined && { group }) });
}

const OWN_PATHS: readonly string[] = Object.values(PATHS);

function telemetryPath(text: string): string {
  const isPlain = /^(\/[A-Za-z0-9._~-]+)+$/.test(text) && !/\/\.{1,2}(\/|$)/.test(text);
  if (isPlain && !OWN_PATHS.includes(text)) return text;
  const wanted = `a path of letters, digits and . _ ~ - that begins with / and is none of ${OWN_PATHS.join(", ")}`;
  throw badValue("web.telemetry-path", text, wanted);
}

function keptCapabilities(words: readonly string[]): Kept {
  const kept = parseKept(words);
  if (kept !== undefined) return kept;
  throw badValue(
    "capabilities.keep",
    words.join(" "),
    "the name of a capability such as cap_dac_read_search, or all or none alone",
  );
}

/** A namespace's name is a file's name under /run/netns. */
function netnsName(text: string): string {
  if (!/[/\p{Cc}]/u.test(text) && text !== "." && text !== "..") return text;
  throw badValue("netns", text, "the name of a network namespace");
}

function watches(texts: readonly string[]): readonly Watch[] {
  const known = new Set<string>();
  const all = texts.map((text) => {
    const watch = parseWatch(text);
    if (watch === undefined) {
      throw badValue(
        "watch-route",
        text,
        "a prefix without host bits such as 0.0.0.0/0, 198.51.100.0/24@main or 2001:db8::/32",
      );
    }
    const { prefix, table = "" } = watch;
    const key = `${prefix}@${table}`;
    if (known.has(key)) throw badValue("watch-route", text, "new: it was given before");
    known.add(key);
    if (known.size > MOST_WATCHES) throw badValue("watch-route", text, `among the ${MOST_WATCHES} that can be watched`);
    return watch;
  });
  return Object.freeze(all);
}

function badValue(name: keyof typeof DAEMON_FLAGS, text: string, wanted: string): UsageError {
  return new UsageError("bad_value", { flag: `--${name}`, value: quoted(text), accepted: wanted });
}
