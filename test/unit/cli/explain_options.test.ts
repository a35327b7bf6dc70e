import { expect, test } from "vitest";
import { EXPLAIN_FLAGS, type ExplainOptions, parseExplainOptions } from "../../../daemon/cli/explain_options.js";
import { UsageError } from "../../../daemon/errors.js";
import { renderArgpHelp } from "../../../daemon/flags/argp_help.js";

function parse(...argv: string[]): ExplainOptions {
  const options = parseExplainOptions(argv);
  if ("show" in options) throw new Error("it shows its help");
  return options;
}

test("a destination alone is enough", () => {
  expect(parse("2001:DB8::1")).toEqual({
    question: { destination: "2001:db8::1", family: "ipv6" },
    format: "text",
    probe: "auto",
    accessFiles: {},
  });
});

test("flags come before and behind it", () => {
  const flow = [
    "--from",
    "192.0.2.9",
    "--iif=eth0",
    "192.0.2.1",
    "--netns=red",
    "--mark=0x10",
    "--dscp",
    "46",
    "--uid=0",
  ];
  expect(parse(...flow, "--oif=eth1", "--json")).toMatchObject({
    question: {
      ...{ destination: "192.0.2.1", family: "ipv4", from: "192.0.2.9", netns: "red", iif: "eth0", oif: "eth1" },
      ...{ mark: 16, dscp: 46, uid: 0 },
    },
    format: "json",
  });
});

test("a daemon of this machine may be asked, no other", () => {
  for (const url of ["unix:/run/x.sock", "http://127.0.0.1:10074", "http://[::1]", "https://me@localhost"]) {
    expect(parse("192.0.2.1", `--connect=${url}`).connect?.text).toBeDefined();
  }
});

test.each([
  ["explain needs a destination: an IPv4 or IPv6 address", []],
  ['which "192.0.2.0/24" is not', ["192.0.2.0/24"]],
  ['unexpected argument "192.0.2.2"', ["192.0.2.1", "192.0.2.2"]],
  ['flag --from: "fd00::1" is not an IPv4 address', ["192.0.2.1", "--from=fd00::1"]],
  ["flag --iif has a meaning only with --from", ["192.0.2.1", "--iif=eth0"]],
  ['flag --oif: "a b" is not the name of a device', ["192.0.2.1", "--oif=a b"]],
  ['flag --netns: "../x" is not a name of ip netns', ["192.0.2.1", "--netns=../x"]],
  ['flag --mark: "0x100000000" is not a number of 32 bits', ["192.0.2.1", "--mark=0x100000000"]],
  ["flag --dscp: ", ["192.0.2.1", "--dscp=64"]],
  ["flag --uid: ", ["192.0.2.1", "--uid=-1"]],
  ["is on another machine than the kernel", ["192.0.2.1", "--connect=http://192.0.2.7"]],
  ["flag --probe=tracepoint has no meaning with --connect", ["192.0.2.1", "--connect=unix:/x", "--probe=tracepoint"]],
  ["flag --key has a meaning only with", ["192.0.2.1", "--key=x"]],
  ["unknown flag --egress", ["192.0.2.1", "--egress=x"]],
])("%s", (message, argv) => {
  expect(() => parse(...argv)).toThrow(UsageError);
  expect(() => parse(...argv)).toThrow(message);
});

test("the help tells of every flag and of the destination", () => {
  expect(parseExplainOptions(["-?"])).toEqual({ show: "help" });
  const help = renderArgpHelp("tablesnoop explain DST", EXPLAIN_FLAGS, "The end.");
  for (const name of Object.keys(EXPLAIN_FLAGS)) expect(help).toMatch(new RegExp(`--${name}\\b`));
  expect(help).toMatch(/^Usage: tablesnoop explain DST \[OPTION\.\.\.\]\n/);
});
