import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Config } from "../../daemon/config.js";
import { createLog } from "../../daemon/log.js";

function logTo(logFormat: Config["logFormat"], logLevel: Config["logLevel"] = "info") {
  const lines: string[] = [];
  return { log: createLog({ logFormat, logLevel }, { write: (line) => lines.push(line) }), lines };
}

/** What a log collector does with a line: key=value pairs, quoted values read as JSON strings. */
function readPairs(line: string): string[][] {
  const pairs = [...line.matchAll(/([^\s="]+)=("(?:[^"\\]|\\.)*"|[^\s"=]*)(?: |\n$)/g)];
  expect(pairs.map(([pair]) => pair).join("")).toBe(line);
  return pairs.map(([, key = "", value = ""]) => [key, value.startsWith('"') ? String(JSON.parse(value)) : value]);
}

function readLogfmt(line: string): Record<string, string> {
  return Object.fromEntries(readPairs(line));
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("logfmt", () => {
  test("a line is time, level, message, then the fields in their order", () => {
    const { log, lines } = logTo("logfmt");
    log.warn({ probe: "fib_table_lookup", attached: false, netns_cookie: 7 }, "probe lost");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^time=\S+Z level=warn msg="probe lost" probe=fib_table_lookup attached=false netns_cookie=7\n$/,
    );
    const { time } = readLogfmt(lines[0] ?? "");
    expect(time).toMatch(TIME);
  });

  test.each([
    ["", '""'],
    ["a b", '"a b"'],
    ['say "x"', '"say \\"x\\""'],
    ["a=b", '"a=b"'],
    ["back\\slash", '"back\\\\slash"'],
    ["two\nlines", '"two\\nlines"'],
    ["\u001b[2J", '"\\u001b[2J"'],
    ["\u007f\u009b", '"\\u007f\\u009b"'],
    ["\u202egpj", '"\\u202egpj"'],
    ["\u2028", '"\\u2028"'],
    ["[::]:10074", "[::]:10074"],
    ["grün", "grün"],
  ])("the value %j is written as %s", (value, written) => {
    const { log, lines } = logTo("logfmt");
    log.info({ value }, "m");
    expect(lines[0]?.endsWith(` msg=m value=${written}\n`)).toBe(true);
  });

  test("an error is its message on one line under err, without its stack", () => {
    const { log, lines } = logTo("logfmt");
    log.error({ err: new Error("read map: EINVAL\nmore") }, "drain failed");
    expect(lines[0]).toMatch(/ msg="drain failed" err="read map: EINVAL more"\n$/);
  });

  test("at debug level an error brings its stack, still on one line", () => {
    const { log, lines } = logTo("logfmt", "debug");
    log.error({ err: new Error("boom") }, "drain failed");
    expect(lines[0]).toMatch(/err="Error: boom\\n {4}at [^\n]*log\.test\.ts[^\n]*"\n$/);
  });

  test("lists, objects, null and cookies above 2^53 keep their value", () => {
    const { log, lines } = logTo("logfmt");
    log.info({ list: ["a", 1], none: null, netns_cookie: 2n ** 63n + 1n, nested: { a: 1 } }, "m");
    expect(readLogfmt(lines[0] ?? "")).toMatchObject({
      list: '["a",1]',
      none: "null",
      netns_cookie: "9223372036854775809",
      nested: '{"a":1}',
    });
  });

  test("any fields give one line that reads back as what was logged", () => {
    const key = fc
      .string({ unit: "binary", minLength: 1 })
      .filter((name) => !["time", "level", "msg", "err"].includes(name));
    fc.assert(
      fc.property(key, fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, value, message) => {
        const { log, lines } = logTo("logfmt");
        log.info({ [name]: value }, message.replaceAll("%", ""));
        const [time, level, ...fields] = readPairs(lines.join(""));
        expect([time?.[0], level?.[0]]).toEqual(["time", "level"]);
        expect(fields.map(([, text]) => text)).toEqual([message.replaceAll("%", ""), value]);
      }),
    );
  });
});

describe("json", () => {
  test("a line is one object with the level as a word and the time in UTC", () => {
    const { log, lines } = logTo("json");
    log.info({ probe: "a", netns_cookie: 2n ** 63n }, "m");
    const record = JSON.parse(lines.join(""));
    expect(record).toEqual({
      level: "info",
      time: expect.stringMatching(TIME),
      probe: "a",
      netns_cookie: "9223372036854775808",
      msg: "m",
    });
  });
});

describe("levels", () => {
  test.each<[Config["logLevel"], string[]]>([
    ["debug", ["debug", "info", "warn", "error"]],
    ["info", ["info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["error", ["error"]],
  ])("at %s only that and what is graver is written", (level, written) => {
    const { log, lines } = logTo("logfmt", level);
    log.debug("debug");
    log.info("info");
    log.warn("warn");
    log.error("error");
    expect(lines.map((line) => Object.fromEntries(readPairs(line)))).toMatchObject(
      written.map((msg) => ({ level: msg, msg })),
    );
  });
});
