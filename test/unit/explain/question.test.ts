import { describe, expect, test } from "vitest";
import { isDeviceName, isNetnsName, parseAddress, routeGetArguments } from "../../../daemon/explain/question.js";

describe("an address", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1", "ipv4"],
    ["2001:DB8:0::1", "2001:db8::1", "ipv6"],
    ["::", "::", "ipv6"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1", "ipv6"],
  ])("%s is read as the kernel writes it", (text, address, family) => {
    expect(parseAddress(text)).toEqual({ address, family });
  });

  test.each(["", "192.0.2", "192.0.2.0/24", "192.0.2.300", "fe80::1%eth0", "-4", "example.org"])(
    "%s is none",
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );
});

test.each([
  ["eth0", true],
  ["br-0.7", true],
  ["sixteen-bytes-xx", false],
  ["-4", false],
  ["a b", false],
  ["a/b", false],
  ["..", false],
  ["", false],
])("%j may be a device: %j", (text, may) => {
  expect(isDeviceName(text)).toBe(may);
});

test("a namespace is called by a word that is no path and no flag", () => {
  expect(["red", "ts-1-2", "x".repeat(255)].every(isNetnsName)).toBe(true);
  expect(["", "-n", ".", "..", "a/b", "a b", "x".repeat(256)].some(isNetnsName)).toBe(false);
});

describe("the words for ip route get", () => {
  test("are the destination alone if nothing more is known", () => {
    expect(routeGetArguments({ destination: "192.0.2.1", family: "ipv4" })).toEqual(["192.0.2.1"]);
  });

  test("have the DSCP where it is in the TOS byte, and numbers of zero too", () => {
    const flow = { from: "192.0.2.9", iif: "eth0", oif: "eth1", mark: 0, dscp: 46, uid: 0 };
    expect(routeGetArguments({ destination: "192.0.2.1", family: "ipv4", ...flow }).join(" ")).toBe(
      "192.0.2.1 from 192.0.2.9 iif eth0 oif eth1 mark 0x0 tos 0xb8 uid 0",
    );
  });
});
