import { describe, expect, test } from "vitest";
import { ConfigFault } from "../../../daemon/web_config/fault.js";
import { readYaml, shown, type YamlValue } from "../../../daemon/web_config/yaml_reader.js";

function root(yaml: string): YamlValue {
  const value = readYaml(yaml);
  if (value === undefined) throw new Error("nothing was read");
  return value;
}

/** What `key: TEXT` has for its value. */
function field(text: string): YamlValue | undefined {
  return root(`key: ${text}\n`).fields(["key"]).key;
}

/** The place and the words of a refusal. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigFault) return `${error.position?.line}:${error.position?.column}: ${error.message}`;
    throw error;
  }
  return "accepted";
}

describe("a document", () => {
  test.each(["", "\n", "# a comment\n", "---\n", "~", "null", "Null", "NULL", "---\n...\n"])("%j is empty", (yaml) => {
    expect(readYaml(yaml)).toBeUndefined();
  });

  test.each(['"null"', "'~'", "nULL", "null0", "0null", "~~", "{}", "[]", "|\n\n"])("%j is not", (yaml) => {
    expect(readYaml(yaml)).toBeDefined();
  });

  test("is told of by the kind of its error, not by its text", () => {
    expect(refusal(() => readYaml("a: 'secret\n"))).toBe("2:1: no valid YAML: missing char");
    expect(refusal(() => readYaml("%FOO bar\n---\na: 1\n"))).toMatch(/^1:1: no valid YAML: bad directive$/);
    expect(refusal(() => readYaml("a: b: c\n"))).toMatch(/^1:4: no valid YAML: [a-z ]+$/);
  });

  test("may be 16 levels deep and no deeper", () => {
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(refusal(() => readYaml(nested(16)))).toBe("accepted");
    expect(refusal(() => readYaml(nested(17)))).toContain("nested more than 16 levels deep");
    const maps = (depth: number) => `${"{a: ".repeat(depth)}x${"}".repeat(depth)}`;
    expect(refusal(() => readYaml(maps(15)))).toBe("accepted");
    expect(refusal(() => readYaml(maps(18)))).toContain("nested more than 16 levels deep");
    const keys = (depth: number) => `${"? {".repeat(depth)}${"}".repeat(depth)}`;
    expect(refusal(() => readYaml(keys(40)))).toContain("nested more than 16 levels deep");
  });
});

describe("a map", () => {
  test("has its keys in the order of the file, and only those with a value as values", () => {
    const value = root("b: 1\na:\nc: ~\nd: ''\n");
    expect(value.keys()).toEqual(["b", "a", "c", "d"]);
    expect([...value.map()].map(([name, content]) => [name, content.string()])).toEqual([
      ["b", "1"],
      ["d", ""],
    ]);
  });

  test("of known keys has those that have a value", () => {
    const fields = root("a: 1\nb:\n").fields(["a", "b", "c"]);
    expect(Object.keys(fields)).toEqual(["a"]);
    expect(fields.a?.string()).toBe("1");
  });

  test.each([
    ["a: 1\nx: 2\n", '2:1: unknown key "x"; known here are a, b'],
    ["a: 1\nb: 2\na: 3\n", '3:1: key "a" is given twice'],
    ["- a\n", "1:1: a map is wanted here, not a list"],
    ["a\n", "1:1: a map is wanted here, not a single value"],
    ["? [a]\n: 1\n", "1:3: a string is wanted here, not a list"],
    ["? {a: b}\n: 1\n", "1:3: a string is wanted here, not a map"],
  ])("of known keys is not %j", (yaml, message) => {
    expect(refusal(() => root(yaml).fields(["a", "b"]))).toBe(message);
  });

  test.each(["list", "map"] as const)("and a list have 1024 entries at most: %s", (kind) => {
    const yaml = (count: number) =>
      Array.from({ length: count }, (_, at) => (kind === "list" ? "- x" : `k${at}: x`)).join("\n");
    const read = (count: number) => () => (kind === "list" ? root(yaml(count)).list() : root(yaml(count)).map());
    expect(refusal(read(1024))).toBe("accepted");
    expect(refusal(read(1025))).toBe("1:1: more than 1024 entries");
  });
});

describe("a list", () => {
  test("has its items with their places", () => {
    const items = field("[a, b,\n  c]")?.list() ?? [];
    expect(items.map((item) => [item.string(), item.position.line, item.position.column])).toEqual([
      ["a", 1, 7],
      ["b", 1, 10],
      ["c", 2, 3],
    ]);
  });

  test("is wanted, not a map or a single value", () => {
    expect(refusal(() => field("{a: 1}")?.list())).toBe("1:6: a list is wanted here, not a map");
    expect(refusal(() => field("a")?.list())).toBe("1:6: a list is wanted here, not a single value");
  });
});

describe("a string", () => {
  test.each([
    ["1.0", "1.0"],
    ["0x10", "0x10"],
    ["yes", "yes"],
    ['"a b"', "a b"],
    ["'null'", "null"],
    ["|\n  a\n  b\n", "a\nb\n"],
  ])("%j is text as it stands", (yaml, text) => {
    expect(field(yaml)?.string()).toBe(text);
  });
});

describe("a boolean", () => {
  test.each(["y", "Y", "yes", "Yes", "YES", "true", "True", "on", "ON"])("%s is true", (text) => {
    expect(field(text)?.boolean()).toBe(true);
  });

  test.each(["n", "N", "no", "No", "false", "FALSE", "off", "Off"])("%s is false", (text) => {
    expect(field(text)?.boolean()).toBe(false);
  });

  test.each([
    ["1", "1:6: neither true nor false"],
    ["0", "1:6: neither true nor false"],
    ["yess", "1:6: neither true nor false"],
    ["oyes", "1:6: neither true nor false"],
    ["nope", "1:6: neither true nor false"],
    ["ono", "1:6: neither true nor false"],
    ['"true"', "1:6: true or false is wanted here, not a quoted string"],
    ["'no'", "1:6: true or false is wanted here, not a quoted string"],
    ["[yes]", "1:6: true or false is wanted here, not a list"],
    ["{yes: 1}", "1:6: true or false is wanted here, not a map"],
  ])("is not %s", (text, message) => {
    expect(refusal(() => field(text)?.boolean())).toBe(message);
  });
});

describe("a whole number", () => {
  test.each([
    ["0", 0],
    ["7", 7],
    ["+7", 7],
    ["007", 7],
    ["999999999", 999_999_999],
  ])("%s is %d", (text, number) => {
    expect(field(text)?.integer(0)).toBe(number);
  });

  test("may be below 0 where that is allowed", () => {
    expect(field("-5")?.integer(-5)).toBe(-5);
    expect(refusal(() => field("-6")?.integer(-5))).toBe("1:6: no whole number from -5 to 999999999");
  });

  test.each(["1000000000", "1.5", "1e3", "0x10", "x", "1x", "x1", "--1", "-1"])("is not %s", (text) => {
    expect(refusal(() => field(text)?.integer(0))).toBe("1:6: no whole number from 0 to 999999999");
  });

  test("is not quoted, and no list", () => {
    expect(refusal(() => field('"1"')?.integer(0))).toBe("1:6: a whole number is wanted here, not a quoted string");
    expect(refusal(() => field("[1]")?.integer(0))).toBe("1:6: a whole number is wanted here, not a list");
  });
});

describe("an alias", () => {
  test("stands for what it names, at its own place", () => {
    const { a, b } = root("a: &x [1, 2]\nb: *x\n").fields(["a", "b"]);
    expect(b?.list().map((item) => item.string())).toEqual(a?.list().map((item) => item.string()));
    expect(b?.position).toEqual({ line: 2, column: 4 });
  });

  test("of nothing is as good as no value", () => {
    expect(root("a: &x\nb: *x\n").keys()).toEqual(["a", "b"]);
    expect(root("a: &x\nb: *x\n").fields(["a", "b"])).toEqual({});
  });
});

describe("a name of the file, as it is shown,", () => {
  test.each([
    ["alice", '"alice"'],
    ["", '""'],
    ['a"b', '"a\\"b"'],
    ["a\nb", '"a\\nb"'],
    ["x".repeat(60), `"${"x".repeat(60)}"`],
    ["x".repeat(61), `"${"x".repeat(60)}…"`],
    ["\u{1f600}".repeat(60), `"${"\u{1f600}".repeat(60)}"`],
    ["a\u007fb", '"a\ufffdb"'],
    ["a\u2028b\u2029c\u202ed\u0085e", '"a\ufffdb\ufffdc\ufffdd\ufffde"'],
  ])("is in one line and short: %j", (text, line) => {
    expect(shown(text)).toBe(line);
  });
});
