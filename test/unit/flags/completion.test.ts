// Asks a real bash what it would complete, with the words as bash splits them for a completion function.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CLI_FLAGS } from "../../../daemon/cli/options.js";
import { DAEMON_FLAGS } from "../../../daemon/config.js";
import { bashCompletion } from "../../../daemon/flags/completion.js";
import type { FlagTable } from "../../../daemon/flags/flags.js";
import { runCommand } from "../../support/processes/command.js";

const FLAGS = {
  "web.thing": { kind: "string", placeholder: "FILE", help: "", group: "" },
  show_all: { kind: "boolean", alias: "show-all", default: true, help: "", group: "" },
  level: { kind: "enum", choices: ["low", "lower", "high"], default: "low", help: "", group: "" },
  word: { kind: "list", placeholder: "WORD", choices: ["red", "blue"], default: [], help: "", group: "" },
  count: { kind: "integer", placeholder: "N", help: "", group: "" },
  egress: { kind: "string", placeholder: "DEV", help: "", group: "" },
} as const satisfies FlagTable;

const folder = mkdtempSync(join(tmpdir(), "tablesnoop-completion-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash would offer for the last of these words. compopt works only while somebody presses the tab key. */
async function complete(
  words: readonly string[],
  table: FlagTable = FLAGS,
  subcommands?: Readonly<Record<string, FlagTable>>,
): Promise<string[]> {
  const script = join(folder, "completion");
  writeFileSync(script, bashCompletion("snoop", table, subcommands));
  const program = `
    set -u
    . "$1"
    complete -p snoop >&2
    compopt() { [[ $1 == -o ]]; }
    shift
    COMP_WORDS=(snoop "$@")
    COMP_CWORD=$#
    _snoop
    [[ \${#COMPREPLY[@]} == 0 ]] || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await runCommand("bash", ["-c", program, "bash", script, ...words], { cwd: folder });
  expect(stderr).toBe("complete -F _snoop snoop\n");
  return stdout.split("\n").filter((line) => line !== "");
}

describe("completion in bash", () => {
  test("offers every flag, a switch that is on also with no-, a value's flag with its =", async () => {
    expect(await complete([""])).toEqual([
      "--web.thing=",
      "--show_all",
      "--no-show_all",
      "--level=",
      "--word=",
      "--count=",
      "--egress=",
    ]);
  });

  test("offers a first word that has flags of its own, and behind it those", async () => {
    const own = {
      tell: { tone: { kind: "enum", choices: ["low", "high"], default: "low", help: "", group: "" } },
    } as const;
    expect(await complete(["te"], FLAGS, own)).toEqual(["tell"]);
    expect(await complete(["tell", ""], FLAGS, own)).toEqual(["--tone="]);
    expect(await complete(["tell", "x", "--tone", "=", "h"], FLAGS, own)).toEqual(["high"]);
    expect(await complete(["--count=1", "--le"], FLAGS, own)).toEqual(["--level="]);
  });

  test("offers the flags that begin so", async () => {
    expect(await complete(["--count=", "--s"])).toEqual(["--show_all"]);
    expect(await complete(["--none"])).toEqual([]);
  });

  test("offers the choices of a flag, with = and without", async () => {
    expect(await complete(["--level", "="])).toEqual(["low", "lower", "high"]);
    expect(await complete(["--level", "=", "lo"])).toEqual(["low", "lower"]);
    expect(await complete(["--level", "h"])).toEqual(["high"]);
    expect(await complete(["--word=red", "--word", "=", "b"])).toEqual(["blue"]);
  });

  test("offers no flag where a value is wanted that nobody can guess", async () => {
    expect(await complete(["--count", "="])).toEqual([]);
  });

  test("offers files for a flag that wants one", async () => {
    expect(await complete(["--web.thing", "=", "comp"])).toEqual(["completion"]);
  });

  test("offers a switch that is off, or counts, without no-", async () => {
    const table = {
      quiet: { kind: "boolean", default: false, help: "", group: "" },
      verbose: { kind: "count", default: 0, max: 2, help: "", group: "" },
    } as const satisfies FlagTable;
    expect(await complete([""], table)).toEqual(["--quiet", "--verbose"]);
  });

  test("knows the values of a flag by its other spelling too", async () => {
    const table = {
      min_level: { kind: "enum", alias: "min-level", choices: ["low", "high"], default: "low", help: "", group: "" },
    } as const satisfies FlagTable;
    expect(await complete(["--min-level", "=", "h"], table)).toEqual(["high"]);
    expect(await complete(["--min_level", "=", "h"], table)).toEqual(["high"]);
  });

  test("has each case on a line of its own", () => {
    const lines = bashCompletion("snoop", FLAGS, { tell: FLAGS }).split("\n");
    expect(lines.filter((line) => line === "\t--level) offers=(low lower high) ;;")).toHaveLength(2);
    expect(lines.filter((line) => line === "\tcase $flag in")).toHaveLength(2);
  });

  test.each(["egress", "iif", "oif"])("offers devices for %s", async (name) => {
    const table = { [name]: { kind: "string", placeholder: "DEV", help: "", group: "" } } as const;
    expect(await complete([`--${name}`, "=", "l"], table)).toContain("lo");
  });

  test("looks for namespaces where ip netns has them", () => {
    const table = { netns: { kind: "string", placeholder: "NAME", help: "", group: "" } } as const;
    expect(bashCompletion("snoop", table)).toContain("--netns) offers=(/run/netns/*) ;;");
  });

  test("offers no pattern where there are no namespaces", async () => {
    const table = { netns: { kind: "string", placeholder: "NAME", help: "", group: "" } } as const;
    expect(await complete(["--netns", "="], table)).not.toContain("*");
  });

  test.each([
    ["tablesnoop", CLI_FLAGS],
    ["tablesnoopd", DAEMON_FLAGS],
  ] as const)("knows the flags of %s", async (_, table) => {
    const offered = await complete(["--"], table);
    for (const name of Object.keys(table)) expect(offered.join(" ")).toContain(`--${name}`);
  });
});
