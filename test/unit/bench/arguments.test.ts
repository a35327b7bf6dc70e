import { describe, expect, test } from "vitest";
import { parseArguments } from "../../bench/arguments.js";

const parse = (...args: string[]) => parseArguments(args, ["lookup", "forward", "idle"], ["lookup", "forward"]);

describe("the benchmark's flags", () => {
  test("without any, everything is measured", () => {
    expect(parse()).toEqual({ only: ["lookup", "forward", "idle"] });
  });

  test("--only may come several times, and its order is kept", () => {
    expect(parse("--only", "idle", "--only=lookup", "--json", "f.json")).toEqual({
      only: ["idle", "lookup"],
      json: "f.json",
    });
  });

  test("--against measures what two revisions can be measured in turn for", () => {
    expect(parse("--against", "main~1")).toEqual({ only: ["lookup", "forward"], against: "main~1" });
    expect(() => parse("--against=main", "--only=idle")).toThrow(
      "find benchmark idle: against a revision there are lookup, forward",
    );
  });

  test("a name that is none is refused with those there are", () => {
    expect(() => parse("--only", "lookups")).toThrow("find benchmark lookups: there are lookup, forward, idle");
  });
});
