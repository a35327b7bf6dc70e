import { describe, expect, test } from "vitest";
import { type Options, parseOptions } from "../../../daemon/cli/options.js";
import { UsageError } from "../../../daemon/errors.js";

function parse(...argv: string[]): Options {
  const options = parseOptions(argv);
  if ("show" in options) throw new Error(`${argv.join(" ")} shows ${options.show}`);
  return options;
}

function failure(...argv: string[]): UsageError {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}

describe("what is shown", () => {
  test("without flags: the own namespace, both families, both kinds, nothing failed", () => {
    expect(parse()).toEqual({
      query: { kinds: ["route", "rule"], families: ["ipv4", "ipv6"], failed: "exclude" },
      ownNetns: true,
      format: "text",
      verbose: 0,
      separate: false,
      color: "auto",
      probe: "auto",
      accessFiles: {},
    });
  });

  test.each<[string[], readonly string[], readonly string[]]>([
    [["-4"], ["ipv4"], ["route", "rule"]],
    [["--v6"], ["ipv6"], ["route", "rule"]],
    [
      ["-4", "-6"],
      ["ipv4", "ipv6"],
      ["route", "rule"],
    ],
    [["--route"], ["ipv4", "ipv6"], ["route"]],
    [["--rule"], ["ipv4", "ipv6"], ["rule"]],
    [
      ["--route", "--rule"],
      ["ipv4", "ipv6"],
      ["route", "rule"],
    ],
    [["--kind=rule"], ["ipv4", "ipv6"], ["rule"]],
    [
      ["--kind", "rule", "--kind=route", "--kind=rule"],
      ["ipv4", "ipv6"],
      ["route", "rule"],
    ],
    [
      ["--kind=rule", "--route"],
      ["ipv4", "ipv6"],
      ["route", "rule"],
    ],
    [["--fib4"], ["ipv4"], ["route"]],
    [["--fib6", "--fib4"], ["ipv4", "ipv6"], ["route"]],
    [["--rule6"], ["ipv6"], ["rule"]],
    [["--fib6", "--rule6"], ["ipv6"], ["route", "rule"]],
    [["--fib4", "--route"], ["ipv4", "ipv6"], ["route"]],
    [
      ["--neigh", "--fdb"],
      ["ipv4", "ipv6"],
      ["neighbour", "fdb"],
    ],
    [["--neigh", "-6"], ["ipv6"], ["neighbour"]],
    [["-l"], ["ipv4", "ipv6"], ["route", "rule", "dst-cache"]],
    [["--lwt", "--fib6"], ["ipv6"], ["route", "dst-cache"]],
  ])("%j leaves %j and %j", (argv, families, kinds) => {
    expect(parse(...argv).query).toMatchObject({ families, kinds });
  });

  test("lightweight tunnels come with all details", () => {
    expect(parse("-l").verbose).toBe(2);
    expect(parse("--fib4").verbose).toBe(0);
  });

  test.each([
    [["--fib4", "--rule6"], "--fib4", "--rule6"],
    [["--fib4", "--fib6", "--rule4"], "--fib4", "--rule4"],
    [["--fib4", "--neigh"], "--fib4", "--neigh"],
    [["--rule6", "--fdb"], "--rule6", "--fdb"],
    [["--fib4", "--kind=rule"], "--fib4", "--kind=rule"],
    [["--fib4", "-6"], "--v6", "--fib4, --fib6, --rule4 and --rule6"],
  ])("%j would need another family for each kind", (argv, first, second) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ code: "flags_disagree" }));
    expect(() => parse(...argv)).toThrow(`${first} `);
    expect(() => parse(...argv)).toThrow(second);
  });

  test("letters may stand together", () => {
    expect(parse("-4xgsv")).toMatchObject({
      query: { families: ["ipv4"], failed: "include" },
      ownNetns: false,
      verbose: 1,
      separate: true,
    });
  });

  test.each(["-x", "--show_failed", "--show-failed"])("%s shows failed lookups too", (flag) => {
    expect(parse(flag).query.failed).toBe("include");
  });

  test("a namespace by name takes the place of the own one", () => {
    expect(parse("--netns", "red")).toMatchObject({ query: { netns: "red" }, ownNetns: false });
  });

  test("filters reach the query as they were given", () => {
    const query = parse("--table=254", "--egress=eth0", "--src=10.0.0.0/8", "--dst=10.1.2.3").query;
    expect(query).toMatchObject({ table: "254", egress: "eth0", src: "10.0.0.0/8", dst: "10.1.2.3" });
  });

  test("count and duration are numbers", () => {
    expect(parse("--count=23", "--duration", "1m30s")).toMatchObject({ count: 23, durationMs: 90_000 });
  });

  test.each([
    ["http://127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
    ["http://[::1]:8080/", { host: "::1", port: 8080 }],
    ["http://router.example", { host: "router.example", port: 10_074 }],
    ["http://router.example:80/stream", { host: "router.example", port: 80 }],
    ["unix:/run/tablesnoopd.sock", { socketPath: "/run/tablesnoopd.sock" }],
  ])("a daemon is found by %s", (url, to) => {
    expect(parse("--connect", url).connect?.to).toEqual(to);
  });

  test("whom a daemon is to let in is told by its address and by files", () => {
    const address = parse("--connect=https://al%40ice:p%3Ass@[::1]:1/stream").connect;
    expect(address).toEqual({
      text: "https://[::1]:1",
      to: { host: "::1", port: 1 },
      usesTls: true,
      login: { user: "al@ice", password: "p:ss" },
    });
    const files = ["--password-file=p", "--cacert=ca", "--cert=c", "--key=k"];
    expect(parse("--connect=https://alice@x", ...files).accessFiles).toEqual({
      password: "p",
      ca: "ca",
      cert: "c",
      key: "k",
    });
  });

  test.each([
    ["--connect=https://alice:hunter2@x:99999"],
    ["--connect=http://a:hunter2@y", "--connect=http://a:hunter2@z"],
    ["--connect=ftp://alice:hunter2@x"],
    ["--connect=https://alice:hunter2/3@x"],
  ])("a password is in no error text: %s", (...argv) => {
    expect(failure(...argv).message).not.toContain("hunter2");
  });

  test.each([
    ["-?", "help"],
    ["--usage", "usage"],
    ["-V", "version"],
  ])("%s asks for text instead", (flag, show) => {
    expect(parseOptions(["-4", flag])).toEqual({ show });
  });
});

describe("what makes no sense", () => {
  test.each<[string[], string, RegExp]>([
    [["-g", "--netns=red"], "flags_disagree", /--global and --netns/],
    [["--src=here"], "query_refused", /flag --src: "here" is not an address/],
    [["-4", "--dst=fd00::1"], "query_refused", /flag --dst: /],
    [["--src=10.0.0.1", "--dst=fd00::1"], "query_refused", /flag --dst: /],
    [["--rule", "--egress=eth0"], "query_refused", /flag --egress: /],
    [["--kind=rule", "--egress=eth0"], "query_refused", /flag --egress: /],
    [["--kind=routes"], "bad_value", /--kind: "routes" is not one of route, rule/],
    [["--kind"], "missing_value", /--kind.*one of route, rule/],
    [["--netns=a/b"], "query_refused", /flag --netns: /],
    [["--count=0"], "bad_value", /--count/],
    [["--duration=0"], "bad_value", /--duration/],
    [["--duration=10"], "bad_value", /--duration/],
    [["--color=blue"], "bad_value", /auto, always, never/],
    [["--connect=ftp://x"], "bad_value", /--connect/],
    [["--connect=https://a%zz@x"], "bad_value", /--connect/],
    [["--cacert=f"], "flag_alone", /--cacert .*https/],
    [["--connect=http://x", "--cert=f"], "flag_alone", /--cert .*https/],
    [["--connect=https://x", "--key=f"], "flag_alone", /--key .*--cert/],
    [["--connect=https://x", "--password-file=f"], "flag_alone", /USER/],
    [["--connect=https://a:b@x", "--password-file=f"], "flags_disagree", /--password-file/],
    [["--connect=http://x:0"], "bad_value", /--connect/],
    [["--connect=http://x:65536"], "bad_value", /--connect/],
    [["--connect=http://user@"], "bad_value", /--connect/],
    [["--connect=http://x/metrics"], "bad_value", /--connect/],
    [["--connect=unix:sock"], "bad_value", /--connect/],
    [["--connect=http://x", "--color=always"], "not_streamed", /--color=always/],
    [["--connect=http://x", "--probe=tracepoint"], "not_streamed", /--probe=tracepoint/],
    [["-4q"], "unknown_flag", /-q/],
    [["eth0"], "unexpected_argument", /eth0/],
  ])("%j is refused as %s", (argv, code, message) => {
    const error = failure(...argv);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});

describe("--tree", () => {
  test("shows what failed too", () => {
    expect(parse("--tree")).toMatchObject({ format: "tree", query: { failed: "include", kinds: ["route", "rule"] } });
  });

  test.each([["--json"], ["-v"], ["--color=always"], ["--kind=drop"]])("and %s contradict each other", (flag) => {
    expect(failure("--tree", flag).code).toBe("flags_disagree");
  });
});
