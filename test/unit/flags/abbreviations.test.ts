import { describe, expect, test } from "vitest";
import { UsageError } from "../../../daemon/errors.js";
import { spelledOut } from "../../../daemon/flags/abbreviations.js";
import type { FlagTable } from "../../../daemon/flags/flags.js";

const TABLE = {
  route: { kind: "boolean", default: true, help: "", group: "" },
  rule: { kind: "boolean", default: true, help: "", group: "" },
  show_failed: { kind: "boolean", alias: "show-failed", default: false, help: "", group: "" },
  verbose: { kind: "count", default: 0, max: 2, help: "", group: "" },
  v4: { kind: "boolean", default: false, help: "", group: "" },
  nose: { kind: "string", placeholder: "X", help: "", group: "" },
} as const satisfies FlagTable;

const spelled = (...argv: string[]) => spelledOut(TABLE, argv).join(" ");

function refusal(...argv: string[]): string {
  try {
    return spelled(...argv);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

describe("an abbreviation", () => {
  test.each([
    [["--ro"], "--route"],
    [["--ru", "--ro"], "--rule --route"],
    [["--ver"], "--verbose"],
    [["--no-ro"], "--no-route"],
    [["--nos=a"], "--nose=a"],
    [["--no=a=b=c"], "--nose=a=b=c"],
    [["--nos="], "--nose="],
    [["--show"], "--show_failed"],
    [["--show-f"], "--show_failed"],
    [["--no-show-f"], "--no-show_failed"],
  ])("%j is spelled out: %s", (argv, whole) => {
    expect(spelled(...argv)).toBe(whole);
  });

  test.each([
    [["--route"], "--route"],
    [["--show-failed"], "--show-failed"],
    [["--no-show-failed"], "--no-show-failed"],
    [["--no-rule"], "--no-rule"],
    [["--nose=ro"], "--nose=ro"],
    [["--nope"], "--nope"],
    [["--outer"], "--outer"],
    [["--no-nose"], "--no-nose"],
    [["--no-ver"], "--no-ver"],
    [["-r"], "-r"],
    [["ro"], "ro"],
    [["--"], "--"],
    [["--=x"], "--=x"],
    [["--ro", "--", "--ru"], "--route -- --ru"],
    [[""], ""],
  ])("is none of %j: %s", (argv, same) => {
    expect(spelled(...argv)).toBe(same);
  });

  test.each([
    [["--r"], "--r", "--route, --rule"],
    [["--v"], "--v", "--verbose, --v4"],
    [["--no-r=1"], "--no-r", "--no-route, --no-rule"],
  ])("%j is refused, for it may mean several", (argv, flag, candidates) => {
    const text = refusal(...argv);
    expect(text).toContain(`${flag} `);
    expect(text).toContain(candidates);
    expect(text).not.toContain("=1");
  });
});
