// The table of errors that end a program, and the one line that tells the operator about any of them.

import { getSystemErrorMap } from "node:util";
import { isKernelError, type KernelError } from "./native/session.js";

const SEE_HELP = "see --help";

const ERRORS = {
  unknown_flag: { message: "unknown flag {flag}", exitCode: 2, hint: SEE_HELP },
  ambiguous_flag: { message: "flag {flag} may be any of {candidates}", exitCode: 2, hint: SEE_HELP },
  missing_value: { message: "flag {flag} needs a value: {accepted}", exitCode: 2, hint: SEE_HELP },
  bad_value: { message: "flag {flag}: {value} is not {accepted}", exitCode: 2, hint: SEE_HELP },
  unwanted_value: { message: "flag {flag} takes no value, but {value} was given", exitCode: 2, hint: SEE_HELP },
  not_negatable: {
    message: "flag {flag}: only a switch can be negated; {positive} takes {accepted}",
    exitCode: 2,
    hint: SEE_HELP,
  },
  contradiction: { message: "flag {flag} given twice, as {first} and as {second}", exitCode: 2, hint: SEE_HELP },
  unexpected_argument: {
    message: "unexpected argument {argument}: only flags are accepted",
    exitCode: 2,
    hint: SEE_HELP,
  },
  flags_disagree: { message: "flags {first} and {second} contradict each other", exitCode: 2, hint: SEE_HELP },
  flag_alone: { message: "flag {flag} has a meaning only with {other}", exitCode: 2, hint: SEE_HELP },
  query_refused: { message: "flag --{problem}", exitCode: 2, hint: SEE_HELP },
  destination_missing: {
    message: "explain needs a destination: {accepted}",
    exitCode: 2,
    hint: "see explain --help",
  },
  connect_elsewhere: {
    message: "flag --connect: {url} is on another machine than the kernel that is asked",
    exitCode: 2,
    hint: "run explain there",
  },
  netns_absent: {
    message: "flag --netns: {netns} is not in {folder}",
    exitCode: 2,
    hint: "see ip netns list; ip netns attach NAME PID names the namespace of a process",
  },
  not_streamed: { message: "flag {flag} has no meaning with --connect", exitCode: 2, hint: SEE_HELP },

  address_in_use: {
    message: "listen on {address}: address already in use",
    exitCode: 1,
    hint: "stop the other program or choose another --web.listen-address",
  },
  address_forbidden: {
    message: "listen on {address}: permission denied",
    exitCode: 1,
    hint: "a port below 1024 needs root or CAP_NET_BIND_SERVICE",
  },
  address_absent: {
    message: "listen on {address}: no device of this host has the address",
    exitCode: 1,
    hint: "check --web.listen-address",
  },
  address_unknown: {
    message: "listen on {address}: the host name cannot be resolved",
    exitCode: 1,
    hint: "check --web.listen-address",
  },
  address_refused: { message: "listen on {address}: {cause}", exitCode: 1, hint: "check --web.listen-address" },
  socket_in_use: {
    message: "listen on {address}: another program listens there, or the file is no socket",
    exitCode: 1,
    hint: "stop the other program or choose another --web.listen-address",
  },
  socket_forbidden: {
    message: "listen on {address}: permission denied",
    exitCode: 1,
    hint: "choose a folder that the daemon may write to",
  },
  socket_folder_absent: {
    message: "listen on {address}: the folder does not exist",
    exitCode: 1,
    hint: "create it or choose another --web.listen-address",
  },
  socket_rights_refused: {
    message: "set mode and group of {address}: {cause}",
    exitCode: 1,
    hint: "only root may choose a --web.socket-group that the daemon is not a member of",
  },
  group_unknown: {
    message: "find the group {group}: {cause}",
    exitCode: 1,
    hint: "check --web.socket-group; a number is taken too",
  },
  table_unknown: {
    message: "watch the route {route}: no table is called {table}",
    exitCode: 1,
    hint: "name a number above 0, a name of rt_tables or a VRF of this network namespace",
  },
  watched_twice: {
    message: "watch the route {route}: {other} is the same",
    exitCode: 1,
    hint: "check --watch-route",
  },
  systemd_sockets_absent: {
    message: "take the sockets of systemd: {cause}",
    exitCode: 1,
    hint: "--web.systemd-socket is for a service with a socket unit",
  },
  web_config_refused: { message: "read the web configuration: {problem}", exitCode: 1, hint: "" },
  stream_unprotected: {
    message: "serve the stream on {address}: everybody who reaches it could read the addresses of all lookups",
    exitCode: 1,
    hint:
      "choose --web.listen-address=127.0.0.1:10074 or unix:/PATH, ask for a login with --web.config.file, " +
      "or accept it with --web.stream-insecure",
  },

  files_used_up: { message: "{cause}", exitCode: 1, hint: "raise the limit of open files (ulimit -n)" },
  addon_missing: { message: "load {object}: not found", exitCode: 1, hint: "build it with npm run build" },
  addon_broken: {
    message: "load the addon: {cause}",
    exitCode: 1,
    hint: "install libbpf, libelf and libmnl, or build again with npm run build",
  },
  kernel_forbids: {
    message: "{act} {object}: {cause}",
    exitCode: 1,
    hint: "run as root or with CAP_BPF and CAP_PERFMON",
  },
  backend_refused: {
    message: "{act} {object}: {cause}",
    exitCode: 1,
    hint: "choose --probe=tracepoint or --probe=auto",
  },
  kernel_forbids_but_daemon: {
    message: "{act} {object}: {cause}",
    exitCode: 1,
    hint: "run as root or with CAP_BPF and CAP_PERFMON, or without either: --connect {url}",
  },
  kernel_too_old: {
    message: "{act} {object}: {cause}",
    exitCode: 1,
    hint: "boot Linux 5.19 or newer",
  },
  kernel_refuses: {
    message: "{act} {object}: {cause}",
    exitCode: 1,
    hint: "the kernel may lack BPF, its type information (BTF) or this hook",
  },
  kind_unseen: {
    message: "see {lookups}: {cause}",
    exitCode: 1,
    hint: "they need the trampoline probes",
  },
  own_netns_unknown: {
    message: "find the own network namespace: inode {inode} is not among those the kernel told of",
    exitCode: 1,
    hint: "use --netns or --global",
  },
  daemon_unreachable: {
    message: "connect to {url}: {cause}",
    exitCode: 1,
    hint: "check that tablesnoopd runs there with --web.enable-stream",
  },
  access_unreadable: { message: "read {file}: {cause}", exitCode: 1, hint: "check the files given beside --connect" },
  daemon_refuses: { message: "read {url}: {cause}", exitCode: 1, hint: "" },
  no_stream: {
    message: "read {url}: {cause}",
    exitCode: 1,
    hint: "check that a tablesnoopd answers there, and which version",
  },
  no_lookup: {
    message: "read a lookup: {line} is none",
    exitCode: 1,
    hint: "check that a tablesnoopd answers there, and which version",
  },
  iproute2_missing: { message: "ask the kernel: ip is not found", exitCode: 1, hint: "install iproute2" },
  ask_forbidden: { message: "ask the kernel: {cause}", exitCode: 1, hint: "only root may enter other namespaces" },
  ask_refused: { message: "ask the kernel: {cause}", exitCode: 1, hint: "check what was asked" },
  stream_ended: { message: "read {url}: {cause}", exitCode: 1, hint: "the daemon may have been stopped" },
  output_refused: { message: "write the output: {cause}", exitCode: 1, hint: "check where the output goes" },
  unexpected: { message: "unexpected error: {cause}", exitCode: 1, hint: "this is a bug, please report it" },
} as const;

type ErrorTable = typeof ERRORS;
type ErrorCode = keyof ErrorTable;
type Holes<Text> = Text extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;
type Fills<Code extends ErrorCode> = Readonly<
  Record<Holes<ErrorTable[Code]["message"]> | Holes<ErrorTable[Code]["hint"]>, string>
>;

abstract class CodedError<Code extends ErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code, fills: Fills<Code>, options?: ErrorOptions) {
    const { message, hint } = ERRORS[code];
    super(fill(hint === "" ? message : `${message}; ${hint}`, fills), options);
    this.name = new.target.name;
    this.code = code;
  }
}

type CodeWithExit<Exit> = { [Code in ErrorCode]: ErrorTable[Code]["exitCode"] extends Exit ? Code : never }[ErrorCode];

/** The command line cannot be understood. */
export class UsageError<Code extends CodeWithExit<2> = CodeWithExit<2>> extends CodedError<Code> {}

/** The program understood what it is to do, and cannot begin, or not go on. */
export class StartError<Code extends CodeWithExit<1> = CodeWithExit<1>> extends CodedError<Code> {}

interface Description {
  /** What to print on stderr, without a newline at the end. One line unless a verifier log was asked for. */
  readonly text: string;
  readonly exitCode: number;
}

/** Tells any thrown value to the operator; with `debug`, the end of the verifier's log follows on further lines. */
export function describe(error: unknown, program: string, debug: boolean): Description {
  const coded = isCoded(error) ? error : translate(error);
  const text = `${program}: ${coded.message}`;
  const log = debug && isKernelError(error) ? endOf(error.log) : [];
  return { text: [text, ...log].join("\n"), exitCode: ERRORS[coded.code].exitCode };
}

/** The message of any thrown value, as one line without control characters. */
export function causeOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return printable(message);
}

/** The code of a system's or Node's error, such as EADDRINUSE; empty if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function isCoded(error: unknown): error is UsageError | StartError {
  return error instanceof CodedError;
}

function translate(error: unknown): StartError {
  const code = codeOf(error);
  // The loader of libraries has words for it only.
  if (code === "EMFILE" || (code === "ERR_DLOPEN_FAILED" && /too many open files/i.test(causeOf(error)))) {
    return new StartError("files_used_up", { cause: causeOf(error) }, { cause: error });
  }
  if (isKernelError(error)) return fromKernel(error);
  const cause = causeOf(error instanceof Error ? firstLine(error.message) || error.name : error);
  if (code === "MODULE_NOT_FOUND" && cause.includes("tablesnoop.node")) {
    return new StartError("addon_missing", { object: "tablesnoop.node" }, { cause: error });
  }
  if (code === "ERR_DLOPEN_FAILED") return new StartError("addon_broken", { cause }, { cause: error });
  return new StartError("unexpected", { cause }, { cause: error });
}

function fromKernel(error: KernelError): StartError {
  const fills = { act: error.act, object: error.object, cause: kernelCause(error) };
  return new StartError(kernelErrorCode(error), fills, { cause: error });
}

function kernelErrorCode({ object, code }: KernelError) {
  if (object === "the trampoline backend") return "backend_refused";
  // The only cause of a failed load that is no errno.
  if (object === "the BPF programs" && code === "") return "kernel_too_old";
  return code === "EPERM" || code === "EACCES" ? "kernel_forbids" : "kernel_refuses";
}

/** The addon's own words, else the errno's; the symbolic errno is always among them. */
export function kernelCause(error: KernelError): string {
  const prefix = `${error.act} ${error.object}: `;
  const own = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : "";
  const words = own || errnoText(error.code) || error.message;
  return error.code === "" || words.includes(error.code) ? words : `${words} (${error.code})`;
}

function errnoText(code: string): string {
  for (const [name, text] of getSystemErrorMap().values()) {
    if (name === code) return text;
  }
  return "";
}

function fill(template: string, fills: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, hole: string) => printable(fills[hole] ?? ""));
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** The verifier gives its reason last; 30 lines show the reason and the instructions that led to it. */
function endOf(log: string): string[] {
  const lines = log.split("\n").map(printable);
  return lines
    .filter((line) => line !== "")
    .slice(-30)
    .map((line) => `  ${line}`);
}
