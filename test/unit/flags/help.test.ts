import { describe, expect, test } from "vitest";
import type { Flag, FlagTable } from "../../../daemon/flags/flags.js";
import { renderHelp, suffix, wrap } from "../../../daemon/flags/help.js";

const TEXT = { help: "Does it.", group: "General" } as const;

const TABLE = {
  "web.listen-address": {
    kind: "list",
    placeholder: "ADDRESS",
    default: ["[::1]:1", "[::1]:2"],
    help: "Where to.",
    group: "Web",
  },
  rule: { kind: "boolean", default: true, help: "Counts rules.", group: "Counting" },
  quiet: { kind: "boolean", default: false, short: "q", help: "Says nothing.", group: "Counting" },
  "log.level": { kind: "enum", choices: ["debug", "info"], default: "info", help: "How much it says.", group: "Web" },
  window: { kind: "duration", default: 60_000, min: 5000, max: 3_600_000, help: "How long.", group: "Counting" },
  ringbuf: { kind: "size", default: 8_388_608, min: 4096, max: 2 ** 30, help: "How much.", group: "Counting" },
  verbose: { kind: "count", short: "v", default: 0, max: 2, help: "Says more.", group: "Counting" },
  count: { kind: "integer", placeholder: "N", help: "How many.", group: "Counting" },
  path: { kind: "string", placeholder: "PATH", default: "/metrics", help: "Where the metrics are.", group: "Web" },
} as const satisfies FlagTable;

describe("the help text", () => {
  test("is usage, summary, and the flags by group, each with what it takes, its range and its default", () => {
    expect(renderHelp("tool", "A summary.", TABLE)).toBe(`usage: tool [flags]

A summary.

Web:
      --web.listen-address=ADDRESS ...  Where to. (repeatable; default [::1]:1, [::1]:2)
      --log.level=debug|info            How much it says. (default info)
      --path=PATH                       Where the metrics are. (default /metrics)

Counting:
      --[no-]rule                       Counts rules.
  -q, --quiet                           Says nothing.
      --window=DURATION                 How long. (5s to 1h; default 1m)
      --ringbuf=SIZE                    How much. (4KiB to 1GiB; default 8MiB)
  -v, --verbose                         Says more.
      --count=N                         How many.
`);
  });

  test("is at most 92 columns wide, with what is left of a description below its beginning", () => {
    const flag: Flag = { kind: "boolean", default: false, help: "word ".repeat(40).trim(), group: "G" };
    const lines = renderHelp("tool", "word ".repeat(40).trim(), { flag }).split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(92);
    // 18 words and the blanks between them are 89 columns wide, 10 are 49; one more would not fit.
    expect(lines[2]).toBe("word ".repeat(18).trim());
    expect(lines.slice(7, 11).map((line) => line.slice(40))).toEqual([
      ...Array.from({ length: 4 }, () => "word ".repeat(10).trim()),
    ]);
    expect(lines[8]?.slice(0, 40)).toBe(" ".repeat(40));
  });

  test("begins a description beside its flag as long as two blanks are between them", () => {
    const flag: Flag = { kind: "boolean", default: false, help: "Does it.", group: "G" };
    const of = (name: string) =>
      renderHelp("tool", "", { [name]: flag })
        .split("\n")
        .slice(5, -1);
    const longest = "x".repeat(30);
    expect(of(longest)).toEqual([`      --${longest}  Does it.`]);
    expect(of(`${longest}x`)).toEqual([`      --${longest}x`, `${" ".repeat(40)}Does it.`]);
  });
});

describe("what is said after a description", () => {
  test.each<[string, Flag, string]>([
    ["a switch, which shows its default by its spelling", { kind: "boolean", default: true, ...TEXT }, ""],
    ["no default", { kind: "string", placeholder: "X", ...TEXT }, ""],
    ["an empty default", { kind: "string", placeholder: "X", default: "", ...TEXT }, ""],
    ["a list that is empty", { kind: "list", placeholder: "X", default: [], ...TEXT }, " (repeatable)"],
    ["a default of 0", { kind: "integer", placeholder: "N", default: 0, ...TEXT }, " (default 0)"],
    ["a number of at least 1", { kind: "integer", placeholder: "N", min: 1, ...TEXT }, " (at least 1)"],
    ["a number of at least 0, as goes without saying", { kind: "integer", placeholder: "N", min: 0, ...TEXT }, ""],
    ["a number from 0 to 9", { kind: "integer", placeholder: "N", min: 0, max: 9, ...TEXT }, " (0 to 9)"],
    ["a number of at most 9", { kind: "integer", placeholder: "N", max: 9, ...TEXT }, " (at most 9)"],
    ["a time", { kind: "duration", default: 90_000, min: 1000, ...TEXT }, " (at least 1s; default 1m30s)"],
    ["a size", { kind: "size", default: 4096, min: 1024, max: 8192, ...TEXT }, " (1KiB to 8KiB; default 4KiB)"],
  ])("of %s", (_, flag, text) => {
    expect(suffix(flag)).toBe(text);
  });
});

describe("wrapping", () => {
  test.each([
    ["a line that is just as long", "aa bb", 5, ["aa bb"]],
    ["a line that is one longer", "aa bbb", 5, ["aa", "bbb"]],
    ["a word that is longer than the line", "a longword b", 4, ["a", "longword", "b"]],
    ["a long word at the beginning", "longword b", 4, ["longword", "b"]],
    ["nothing", "", 4, [""]],
  ])("of %s", (_, text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});
