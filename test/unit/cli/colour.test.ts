import { describe, expect, test } from "vitest";
import { wantsColour } from "../../../daemon/cli/colour.js";
import { parseOptions } from "../../../daemon/cli/options.js";

function colours(argv: readonly string[], isTerminal: boolean, environment: NodeJS.ProcessEnv = {}): boolean {
  const options = parseOptions(argv);
  if ("show" in options) throw new Error("it shows help");
  return wantsColour(options, isTerminal, environment);
}

describe("lines", () => {
  test.each<[string[], boolean, NodeJS.ProcessEnv, boolean]>([
    [["-x"], true, {}, true],
    [[], true, {}, false],
    [["-x"], false, {}, false],
    [["-x"], true, { NO_COLOR: "1" }, false],
    [["-x"], true, { NO_COLOR: "" }, true],
    [["-x"], true, { TERM: "dumb" }, false],
    [["-x", "--color=never"], true, {}, false],
    [["--color=always"], false, { NO_COLOR: "1" }, true],
  ])("of %j, on a terminal: %s, with %j, bear colours: %s", (argv, isTerminal, environment, expected) => {
    expect(colours(argv, isTerminal, environment)).toBe(expected);
  });
});
