// The flags of `tablesnoop explain`, and the question they become.

import { UsageError } from "../errors.js";
import { isDeviceName, isNetnsName, parseAddress, type Question } from "../explain/question.js";
import { type FlagTable, type FlagValues, parseArguments } from "../flags/flags.js";
import type { AccessFiles } from "../lines/daemon_access.js";
import type { DaemonAddress } from "../lines/daemon_address.js";
import { quoted } from "../quoted.js";
import { accessFilesOf, CLI_FLAGS, daemonAddress } from "./options.js";

const FLOW = "The packet:";
const MOST = 0xffff_ffff;
const ADDRESS = "an IPv4 or IPv6 address";

export const EXPLAIN_FLAGS = {
  from: { kind: "string", placeholder: "ADDRESS", help: "Its source; chosen by the kernel if absent", group: FLOW },
  netns: {
    kind: "string",
    placeholder: "NAME",
    help: "Network namespace that decides instead of the current one, as ip netns names it",
    group: FLOW,
  },
  iif: {
    kind: "string",
    placeholder: "DEV",
    help: "Device it is received by, with --from; without, it is sent by this machine",
    group: FLOW,
  },
  oif: { kind: "string", placeholder: "DEV", help: "Device it is bound to", group: FLOW },
  mark: { kind: "string", placeholder: "MARK", help: "Its firewall mark, such as 7 or 0x7", group: FLOW },
  dscp: {
    kind: "integer",
    placeholder: "DSCP",
    min: 0,
    max: 63,
    help: "Its DSCP, 0 to 63; older kernels look up IPv4 by its three low bits",
    group: FLOW,
  },
  uid: { kind: "integer", placeholder: "UID", min: 0, max: MOST - 1, help: "User that sends it", group: FLOW },
  json: { kind: "boolean", default: false, help: "One JSON object", group: "Output:" },
  help: CLI_FLAGS.help,
  connect: CLI_FLAGS.connect,
  "password-file": CLI_FLAGS["password-file"],
  cacert: CLI_FLAGS.cacert,
  cert: CLI_FLAGS.cert,
  key: CLI_FLAGS.key,
  probe: CLI_FLAGS.probe,
} as const satisfies FlagTable;

type Values = FlagValues<typeof EXPLAIN_FLAGS>;

export interface ExplainOptions {
  readonly question: Question;
  readonly format: "text" | "json";
  readonly probe: Values["probe"];
  /** Absent: probes of its own. */
  readonly connect?: DaemonAddress;
  readonly accessFiles: AccessFiles;
}

/** `argv` behind the word explain. Throws UsageError. */
export function parseExplainOptions(argv: readonly string[]): ExplainOptions | { readonly show: "help" } {
  const { values, words } = parseArguments(EXPLAIN_FLAGS, argv, 1);
  if (values.help) return { show: "help" };
  const connect = values.connect === undefined ? undefined : daemonAddress(values.connect);
  if (connect !== undefined) refuseElsewhere(connect, values);
  return Object.freeze({
    question: questionOf(words[0], values),
    format: values.json ? "json" : "text",
    probe: values.probe,
    ...(connect !== undefined && { connect }),
    accessFiles: accessFilesOf(values, connect),
  });
}

function questionOf(word: string | undefined, values: Values): Question {
  if (word === undefined) throw new UsageError("destination_missing", { accepted: ADDRESS });
  const destination = parseAddress(word);
  if (destination === undefined) {
    throw new UsageError("destination_missing", { accepted: `${ADDRESS}, which ${quoted(word)} is not` });
  }
  const { from, netns, iif, oif, mark, dscp, uid } = values;
  if (netns !== undefined && !isNetnsName(netns)) throw bad("netns", netns, "a name of ip netns");
  for (const [flag, device] of Object.entries({ iif, oif })) {
    if (device !== undefined && !isDeviceName(device)) throw bad(flag, device, "the name of a device");
  }
  if (iif !== undefined && from === undefined) throw new UsageError("flag_alone", { flag: "--iif", other: "--from" });
  return Object.freeze({
    destination: destination.address,
    family: destination.family,
    ...(from !== undefined && { from: sourceOf(from, destination.family) }),
    ...(netns !== undefined && { netns }),
    ...(iif !== undefined && { iif }),
    ...(oif !== undefined && { oif }),
    ...(mark !== undefined && { mark: markOf(mark) }),
    ...(dscp !== undefined && { dscp }),
    ...(uid !== undefined && { uid }),
  });
}

function sourceOf(text: string, family: Question["family"]): string {
  const source = parseAddress(text);
  if (source?.family === family) return source.address;
  throw bad("from", text, `an ${family === "ipv4" ? "IPv4" : "IPv6"} address, as the destination is one`);
}

function markOf(text: string): number {
  const mark = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : Number.NaN;
  if (mark <= MOST) return mark;
  throw bad("mark", text, "a number of 32 bits, such as 7 or 0x7");
}

function bad(flag: string, value: string, accepted: string): UsageError {
  return new UsageError("bad_value", { flag: `--${flag}`, value: quoted(value), accepted });
}

/** It is this machine's kernel that iproute2 asks. */
function refuseElsewhere({ text, to }: DaemonAddress, { probe }: Values): void {
  if ("host" in to && !/^(127\.[\d.]+|::1|localhost)$/i.test(to.host)) {
    throw new UsageError("connect_elsewhere", { url: text });
  }
  if (probe !== "auto") throw new UsageError("not_streamed", { flag: `--probe=${probe}` });
}
