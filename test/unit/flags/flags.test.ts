import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../../daemon/errors.js";
import { type FlagTable, parseFlags } from "../../../daemon/flags/flags.js";

const TABLE = {
  "log.level": { kind: "enum", choices: ["debug", "info"], default: "info", help: "", group: "" },
  window: { kind: "duration", default: 60_000, min: 5000, max: 3_600_000, help: "", group: "" },
  count: { kind: "integer", placeholder: "N", min: 0, max: 100, help: "", group: "" },
  path: { kind: "string", placeholder: "PATH", default: "/metrics", help: "", group: "" },
  netns: { kind: "list", placeholder: "NAME", default: ["all"], help: "", group: "" },
  table: { kind: "string", placeholder: "TABLE", default: "", help: "", group: "" },
  tablet: { kind: "string", placeholder: "TABLE", default: "", help: "", group: "" },
  rule: { kind: "boolean", default: true, help: "", group: "" },
  ipv4: { kind: "boolean", short: "4", default: false, help: "", group: "" },
  show_failed: { kind: "boolean", short: "x", alias: "show-failed", default: false, help: "", group: "" },
  verbose: { kind: "count", short: "v", default: 0, max: 2, help: "", group: "" },
  help: { kind: "boolean", short: "?", otherShort: "h", default: false, help: "", group: "" },
} as const satisfies FlagTable;

const parse = (...argv: string[]) => parseFlags(TABLE, argv);

function failure(...argv: string[]): UsageError {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}

describe("accepted flags", () => {
  test("no arguments give every default, and undefined where there is none", () => {
    expect(parse()).toEqual({
      "log.level": "info",
      window: 60_000,
      count: undefined,
      path: "/metrics",
      netns: ["all"],
      table: "",
      tablet: "",
      rule: true,
      ipv4: false,
      show_failed: false,
      verbose: 0,
      help: false,
    });
  });

  test("a value follows after a blank or an equals sign", () => {
    expect(parse("--path", "/a", "--log.level=debug", "--window", "1m30s", "--count=7")).toMatchObject({
      path: "/a",
      "log.level": "debug",
      window: 90_000,
      count: 7,
    });
  });

  test("a switch is turned on by its name and off by no-", () => {
    expect(parse("--no-rule", "--ipv4")).toMatchObject({ rule: false, ipv4: true });
  });

  test("short flags stand alone or together, a question mark among them", () => {
    expect(parse("-4x", "-?")).toMatchObject({ ipv4: true, show_failed: true, help: true });
  });

  test("another letter of a flag is the same flag", () => {
    expect(parse("-h")).toMatchObject({ help: true });
    expect(parse("-4h", "-?")).toMatchObject({ ipv4: true, help: true });
  });

  test.each([
    [["-v"], 1],
    [["-vv"], 2],
    [["-v", "-4v"], 2],
    [["--verbose", "-vv"], 2],
  ])("%j is counted as %i", (argv, count) => {
    expect(parse(...argv).verbose).toBe(count);
  });

  test("a name may be abbreviated as long as it can be told from the others", () => {
    expect(parse("--pa=/a", "--win", "1m30s", "--ip", "--no-ru", "--show-f", "--netn=b")).toMatchObject({
      path: "/a",
      window: 90_000,
      ipv4: true,
      rule: false,
      show_failed: true,
      netns: ["b"],
    });
    expect(parse("--show")).toMatchObject({ show_failed: true });
    expect(parse("--log", "debug")).toMatchObject({ "log.level": "debug" });
    expect(parse("--no-show")).toMatchObject({ show_failed: false });
  });

  test("another spelling of a name is the same flag", () => {
    expect(parse("--show-failed", "--show_failed")).toMatchObject({ show_failed: true });
    expect(parse("--no-show-failed")).toMatchObject({ show_failed: false });
    expect(failure("--show-failed", "--no-show_failed").message).toContain("--show_failed");
  });

  test("a repeatable flag keeps all its values in order, in place of the default", () => {
    expect(parse("--netns", "b", "--netns=a", "--netns=b").netns).toEqual(["b", "a", "b"]);
  });

  test("the same value given twice is no contradiction", () => {
    expect(parse("--window=60s", "--window=1m", "--no-rule", "--no-rule")).toMatchObject({
      window: 60_000,
      rule: false,
    });
  });

  test("a value may begin with a dash or hold an equals sign after an equals sign", () => {
    expect(parse("--path=-a=b").path).toBe("-a=b");
  });

  test("the bounds of a number belong to its range", () => {
    expect(parse("--count=0", "--window=5s")).toMatchObject({ count: 0, window: 5000 });
    expect(parse("--count=100", "--window=1h")).toMatchObject({ count: 100, window: 3_600_000 });
  });
});

describe("refused flags", () => {
  test.each<[string[], string, string[]]>([
    [["--nope"], "unknown_flag", ["--nope"]],
    [["--nope=3"], "unknown_flag", ["--nope"]],
    [["--no-nope"], "unknown_flag", ["--no-nope"]],
    [["-q"], "unknown_flag", ["-q"]],
    [["--no-window-2"], "unknown_flag", ["--no-window-2"]],
    [["--no"], "unknown_flag", ["--no"]],
    [["--", "--ip"], "unexpected_argument", ['"--ip"']],
    [["--tabl"], "ambiguous_flag", ["--tabl", "--table, --tablet"]],
    [["--verbose=2"], "unwanted_value", ["--verbose", '"2"']],
    [["--no-verbose"], "not_negatable", ["--no-verbose"]],
    [["-path"], "unknown_flag", ["-p"]],
    [["--__proto__=x"], "unknown_flag", ["--__proto__"]],
    [["--constructor"], "unknown_flag", ["--constructor"]],
    [["--no-toString"], "unknown_flag", ["--no-toString"]],
    [["--log.level"], "missing_value", ["--log.level", "debug, info"]],
    [["--log.level", "--ipv4"], "missing_value", ["--log.level", "debug, info"]],
    [["--path="], "missing_value", ["--path", "PATH"]],
    [["--count", "-1"], "missing_value", ["--count", "0 to 100"]],
    [["--log.level=loud"], "bad_value", ["--log.level", '"loud"', "debug, info"]],
    [["--window=4s"], "bad_value", ["--window", '"4s"', "5s to 1h"]],
    [["--window=90"], "bad_value", ["--window", '"90"']],
    [["--count=101"], "bad_value", ["--count", '"101"', "0 to 100"]],
    [["--count=1e1"], "bad_value", ["--count", '"1e1"']],
    [["--count=1.5"], "bad_value", ["--count", '"1.5"']],
    [["--rule=false"], "unwanted_value", ["--rule", '"false"']],
    [["--no-path"], "not_negatable", ["--no-path", "--path"]],
    [["--rule", "--no-rule"], "contradiction", ["--rule", "on", "off"]],
    [["--window=1m", "--window=2m"], "contradiction", ["--window", "1m", "2m"]],
    [["here"], "unexpected_argument", ['"here"']],
    [["--ipv4", "yes"], "unexpected_argument", ['"yes"']],
    [["--", "--ipv4"], "unexpected_argument", ['"--ipv4"']],
    [["-"], "unexpected_argument", ['"-"']],
    [[""], "unexpected_argument", ['""']],
  ])("%j is refused as %s", (argv, code, parts) => {
    const error = failure(...argv);
    expect(error.code).toBe(code);
    for (const part of parts) expect(error.message).toContain(part);
  });

  test("the first argument that does not fit is the one named", () => {
    expect(failure("--count=x", "--nope").code).toBe("bad_value");
  });

  test("whatever the arguments, the outcome is a value for every flag or one printable line", () => {
    const word = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "--",
        "-4",
        "--rule",
        "--no-rule",
        "--count",
        "--path=\n",
        "--count=\u001b[2J",
        "-x4?",
        "7",
        "--t",
        "--tab=",
        "-vvv",
        "--h",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        try {
          expect(Object.keys(parse(...argv))).toEqual(Object.keys(TABLE));
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect(String(error)).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});

describe("the text of a refusal", () => {
  const WIDE = {
    any: { kind: "integer", placeholder: "N", help: "", group: "" },
    least: { kind: "integer", placeholder: "N", min: 2, help: "", group: "" },
    most: { kind: "integer", placeholder: "N", max: 9, help: "", group: "" },
    time: { kind: "duration", min: 1000, help: "", group: "" },
    size: { kind: "size", default: 4096, min: 1024, max: 1_048_576, help: "", group: "" },
    pages: { kind: "size", default: 4096, min: 1024, max: 1_048_576, isPowerOfTwo: true, help: "", group: "" },
    url: { kind: "string", placeholder: "URL", conceal: (text) => text.replace(/:.*/, ":…"), help: "", group: "" },
    word: { kind: "enum", choices: ["one", "two"], default: "one", help: "", group: "" },
    name: { kind: "string", placeholder: "NAME", help: "", group: "" },
    list: { kind: "list", placeholder: "ITEM", default: [], help: "", group: "" },
    pick: { kind: "list", placeholder: "ITEM", choices: ["red", "blue"], default: [], help: "", group: "" },
  } as const satisfies FlagTable;

  function told(...argv: string[]): string {
    try {
      parseFlags(WIDE, argv);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    return "accepted";
  }

  test.each([
    [["--any=x"], "a whole number"],
    [["--least=1"], "a whole number of at least 2"],
    [["--most=10"], "a whole number of at most 9"],
    [["--time=1ms"], "a duration such as 30s or 1m30s of at least 1s"],
    [["--size=1"], "a size such as 8MiB, from 1KiB to 1MiB"],
    [["--pages=5000"], "a power of two, such as 8MiB, from 1KiB to 1MiB"],
    [["--word=three"], "one of one, two"],
    [["--name="], "NAME"],
    [["--list="], "ITEM"],
    [["--pick=red", "--pick=green"], "one of red, blue"],
    [["--pick="], "one of red, blue"],
  ])("of %j says what is accepted: %s", (argv, accepted) => {
    expect(told(...argv)).toMatch(new RegExp(`(is not|needs a value:) ${accepted}; see --help$`));
  });

  test.each([
    [["--any=-5"], { any: -5 }],
    [["--any=999999999999999"], { any: 999_999_999_999_999 }],
    [["--least=2", "--most=9"], { least: 2, most: 9 }],
    [["--size=5000"], { size: 5000 }],
    [["--pages=8KiB"], { pages: 8192 }],
    [["--pages=1KiB"], { pages: 1024 }],
    [["--list=a", "--list", "b"], { list: ["a", "b"] }],
    [["--pick=blue", "--pick", "red"], { pick: ["blue", "red"] }],
    [["--name=-"], { name: "-" }],
    [["--name", "-"], { name: "-" }],
    [["--name", "a-b"], { name: "a-b" }],
  ])("is none for %j", (argv, values) => {
    expect(parseFlags(WIDE, argv)).toMatchObject(values);
  });

  test.each(["--any=1000000000000000", "--any=x1", "--any=1x", "--size=2MiB", "--pages=4097", "--pages=1MB"])(
    "names %s as a bad value",
    (flag) => {
      expect(told(flag)).toContain(flag.slice(flag.indexOf("=") + 1));
      expect(told(flag)).not.toBe("accepted");
    },
  );

  test.each([
    [["--size=1KiB", "--size=2KiB"], "1KiB", "2KiB"],
    [["--time=1s", "--time=90s"], "1s", "1m30s"],
    [["--any=1", "--any=2"], "1", "2"],
    [["--name=a", "--name=b"], "a", "b"],
    [["--word=one", "--word=two"], "one", "two"],
    [["--url=a:secret", "--url=b:secret"], "a:…", "b:…"],
  ])("shows both values of %j as people write them, and no secret", (argv, first, second) => {
    const text = told(...argv);
    expect(text).toMatch(new RegExp(`\\b${first} .*\\b${second}`));
    expect(text).not.toContain("secret");
  });

  test("of no- before a flag that is no switch says how the flag is to be given", () => {
    expect(told("--no-word")).toContain("--word");
    expect(told("--no-word")).toContain("one of one, two");
  });
});

describe("a flag that is counted", () => {
  const COUNTED = {
    verbose: { kind: "count", short: "v", otherShort: "d", default: 0, max: 2, help: "", group: "" },
    all: { kind: "boolean", short: "a", default: false, help: "", group: "" },
  } as const satisfies FlagTable;
  const count = (...argv: string[]) => parseFlags(COUNTED, argv).verbose;

  test.each([
    [[], 0],
    [["-v"], 1],
    [["-vv"], 2],
    [["-avv", "--verbose"], 2],
    [["--verbose", "-d"], 2],
    [["-d"], 1],
    [["--verb"], 1],
  ])("%j counts %i", (argv, times) => {
    expect(count(...argv)).toBe(times);
  });

  test("takes no value and cannot be turned off", () => {
    expect(() => count("--verbose=2")).toThrow(/--verbose/);
    expect(() => count("--no-verbose")).toThrow(/--no-verbose.*no value/);
  });
});
