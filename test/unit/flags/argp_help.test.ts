import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CLI_FLAGS } from "../../../daemon/cli/options.js";
import { longSpelling, renderArgpHelp, renderArgpUsage } from "../../../daemon/flags/argp_help.js";
import type { Flag, FlagTable } from "../../../daemon/flags/flags.js";
import { projectPath } from "../../support/project_path.js";

const help = renderArgpHelp("tablesnoop", CLI_FLAGS, "A closing sentence.");

describe("the help", () => {
  test("begins as the original tool's does, but for the program's name", () => {
    const original = readFileSync(projectPath("test/unit/flags/golden/original-help.txt"), "utf8");
    const wanted = original.replace("ts-seed", "tablesnoop");
    expect(help.slice(0, wanted.length)).toBe(wanted);
  });

  test("tells of every flag, in no line wider than 79 columns", () => {
    for (const name of Object.keys(CLI_FLAGS)) expect(help).toMatch(new RegExp(`--${name}\\b`));
    for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(79);
  });

  test("puts the description of a long flag on a line of its own", () => {
    expect(help).toMatch(/^ {6}--color=auto\|always\|never\n {29}Green/m);
  });

  test("ends with the closing sentence", () => {
    expect(help).toMatch(/\n\nA closing sentence\.\n$/);
  });
});

test("the usage lists letters together and names one by one, wrapped", () => {
  const lines = renderArgpUsage("tablesnoop", CLI_FLAGS).split("\n");
  expect(lines[0]).toBe("Usage: tablesnoop [-46gsvx?Vl] [--v4] [--v6] [--global] [--route] [--rule]");
  expect(lines[1]).toMatch(/^ {12}\[--separate\] \[--verbose\] \[--show_failed\]/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(79);
});

describe("the layout", () => {
  const TEXT = { group: "", help: "Does it." } as const;
  const TABLE = {
    quiet: { kind: "boolean", short: "q", default: false, group: "", help: "Says nothing." },
    since: { kind: "duration", group: " Of time:", help: "From when on." },
    until: { kind: "duration", short: "u", group: " Of time:", help: "Until when." },
    "nineteen-characters": { kind: "boolean", default: false, group: "Others:", help: "Stands beside." },
    "twenty-characters-xx": { kind: "boolean", default: false, group: "Others:", help: "word ".repeat(16).trim() },
  } as const satisfies FlagTable;

  test("has a heading for each group but for that without a name", () => {
    expect(renderArgpHelp("tool", TABLE, "The end.")).toBe(`Usage: tool [OPTION...]

  -q, --quiet                Says nothing.

  Of time:
      --since=DURATION       From when on.
  -u, --until=DURATION       Until when.

 Others:
      --nineteen-characters  Stands beside.
      --twenty-characters-xx
                             word word word word word word word word word word
                             word word word word word word

The end.
`);
  });

  test.each<[Flag, string]>([
    [{ kind: "boolean", default: true, ...TEXT }, "--x"],
    [{ kind: "count", default: 0, max: 2, ...TEXT }, "--x"],
    [{ kind: "enum", choices: ["a", "b"], default: "a", ...TEXT }, "--x=a|b"],
    [{ kind: "duration", ...TEXT }, "--x=DURATION"],
    [{ kind: "size", default: 1, min: 1, max: 2, ...TEXT }, "--x=SIZE"],
    [{ kind: "integer", placeholder: "N", ...TEXT }, "--x=N"],
    [{ kind: "list", placeholder: "NAME", default: [], ...TEXT }, "--x=NAME"],
  ])("spells %o as %s", (flag, spelling) => {
    expect(longSpelling("x", flag)).toBe(spelling);
  });

  test("of the usage fills each line up to 79 columns and indents the next ones by 12", () => {
    const flag: Flag = { kind: "boolean", default: false, ...TEXT };
    const of = (name: string) => renderArgpUsage("tool", { x: { ...flag, short: "x" }, [name]: flag });
    // "Usage: tool [-x] [--x]" are 22 columns, and a blank, brackets and dashes take five more.
    const fits = "y".repeat(52);
    expect(of(fits)).toBe(`Usage: tool [-x] [--x] [--${fits}]\n`);
    expect(of(`${fits}y`)).toBe(`Usage: tool [-x] [--x]\n            [--${fits}y]\n`);
  });
});
