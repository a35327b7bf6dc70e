import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CLI_FLAGS } from "../../../daemon/cli/options.js";
import { renderArgpHelp, renderArgpUsage } from "../../../daemon/flags/argp_help.js";
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
  expect(lines[0]).toBe("Usage: tablesnoop [-46gsvx?V] [--v4] [--v6] [--global] [--route] [--rule]");
  expect(lines[1]).toMatch(/^ {12}\[--separate\] \[--verbose\] \[--show_failed\]/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(79);
});
