// The guide quotes what the programs say, word for word.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { notCounted } from "../../daemon/blind_spots.js";
import { DAEMON_FLAGS, parseConfig } from "../../daemon/config.js";
import { describe as describeError, StartError } from "../../daemon/errors.js";
import { CATALOG } from "../../daemon/exposition/catalog.js";
import { ABI } from "../../daemon/native/abi.js";
import { WebConfigFile } from "../../daemon/web_config/config_file.js";
import { projectPath } from "../support/project_path.js";

const GUIDE = readFileSync(projectPath("docs/operators-guide.md"), "utf8");
const EPERM = "EPERM: Operation not permitted";

/** What the addon throws. */
function kernelError(act: string, object: string, code: string, cause: string): Error {
  return Object.assign(new Error(`${act} ${object}: ${cause}`), { act, object, code, log: "" });
}

function dlopenError(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_DLOPEN_FAILED" });
}

function usageError(...argv: string[]): unknown {
  try {
    return parseConfig(argv);
  } catch (error) {
    return error;
  }
}

/** The daemon looks for the file where it is told to, so its name is put in afterwards. */
function unknownKeyError(): unknown {
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-guide-"));
  const path = join(folder, "web.yml");
  try {
    writeFileSync(path, "basic_auth_user:\n  prometheus: secret\n");
    new WebConfigFile({ path, log: pino({ level: "silent" }), clock: () => 0 }).start();
    return undefined;
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replace(folder, "/etc/tablesnoop");
    return error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const DAEMON_ERRORS: readonly unknown[] = [
  kernelError("load", "the BPF programs", "EPERM", EPERM),
  kernelError("attach", "the trampoline backend", "EPERM", `load fexit/fib_table_lookup: ${EPERM}`),
  kernelError(
    "read",
    "/sys/kernel/btf/vmlinux",
    "ESRCH",
    "ESRCH: No such process; the kernel must be built with CONFIG_DEBUG_INFO_BTF=y",
  ),
  kernelError(
    "load",
    "the BPF programs",
    "",
    "this kernel lacks bpf_loop (in Linux since 5.17) and bpf_map_lookup_percpu_elem (in Linux since 5.19)",
  ),
  dlopenError("libbpf.so.1: cannot open shared object file: No such file or directory"),
  new StartError("address_in_use", { address: ":10074" }),
  new StartError("address_forbidden", { address: "127.0.0.1:80" }),
  new StartError("address_absent", { address: "192.0.2.1:10074" }),
  new StartError("stream_unprotected", { address: "[::]:10074" }),
  unknownKeyError(),
  new StartError("group_unknown", { group: "routers", cause: "it is not in /etc/group" }),
  usageError("--web.lisen=:1"),
  usageError("--failure-window=1s"),
];

const COMMAND_ERRORS: readonly unknown[] = [
  kernelError("load", "the BPF programs", "EPERM", EPERM),
  new StartError("kind_unseen", { lookups: "rule lookups", cause: "the kernel has no tracepoint for them" }),
  new StartError("daemon_unreachable", {
    url: "http://127.0.0.1:10074",
    cause: "connect ECONNREFUSED 127.0.0.1:10074",
  }),
  new StartError("daemon_refuses", {
    url: "http://127.0.0.1:10074",
    cause: "The stream is not enabled; --web.enable-stream does it.",
  }),
];

const SAID = [
  ...DAEMON_ERRORS.map((error) => describeError(error, "tablesnoopd", false).text),
  ...COMMAND_ERRORS.map((error) => describeError(error, "tablesnoop", false).text),
];

const quotedAfter = (heading: string) => {
  const [, table = ""] = GUIDE.split(heading);
  return [...(table.split("\n\n")[1] ?? "").matchAll(/^\| `([^`]+)`/gm)].map(([, text = ""]) => text);
};

describe("docs/operators-guide.md", () => {
  it("quotes each error that ends a program as the program says it", () => {
    expect(quotedAfter("which systemd does not try again.")).toEqual(SAID);
  });

  it("quotes lines of the log that are in the code", () => {
    const lines = quotedAfter("Lines of the log while it runs:");
    expect(lines.length).toBeGreaterThan(4);
    const code = readdirSync(projectPath("daemon"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(projectPath("daemon", file), "utf8"))
      .join("\n");
    const unseen = [
      notCounted({ kind: ABI.TS_KIND_rule, reason: "the kernel has no tracepoint for them", part: "" }),
      notCounted({ kind: ABI.TS_KIND_dst_cache, reason: "the kernel has no tracepoint for them", part: "" }),
      ...[
        "module bridge is not loaded; restart when it is",
        "module bridge has been loaded since the start; restart to see what it does",
        "the types of module bridge take CAP_SYS_ADMIN",
      ].map((why) => notCounted({ kind: ABI.TS_KIND_fdb, reason: `br_flood: ${why}`, part: "bridge floods" })),
      notCounted({ kind: ABI.TS_KIND_encap, reason: "fib6_table_lookup: switched off", part: "" }),
    ];
    for (const line of lines) expect(unseen.includes(line) || code.includes(`"${line}"`), line).toBe(true);
  });

  it("names metrics and flags that exist", () => {
    const names = CATALOG.map(({ name }) => name);
    const metrics = GUIDE.match(/\btablesnoop_[a-z_]+(?=[`{ ])/g) ?? [];
    expect(metrics.length).toBeGreaterThan(8);
    for (const metric of metrics) expect(names).toContain(metric);
    const flags = [...GUIDE.matchAll(/`--((?:web|series|counters|stream|collector|no-collector|probe|netns)[\w.-]*)/g)];
    expect(flags.length).toBeGreaterThan(8);
    for (const [, flag = ""] of flags) expect(Object.keys(DAEMON_FLAGS)).toContain(flag.replace("no-", ""));
  });
});
