import { describe, expect, it } from "vitest";
import { parseWatch } from "../../../daemon/watched/watch.js";

const address = (...bytes: number[]) => Uint8Array.from([...bytes, ...new Array<number>(16 - bytes.length).fill(0)]);

describe("parseWatch", () => {
  it("takes a prefix of either family, with or without a table", () => {
    expect(parseWatch("198.51.100.0/24")).toEqual({
      ...{ family: "ipv4", prefix: "198.51.100.0/24", length: 24, address: address(198, 51, 100) },
    });
    expect(parseWatch("2001:db8::/32@red")).toEqual({
      ...{ family: "ipv6", prefix: "2001:db8::/32", length: 32, address: address(0x20, 1, 0x0d, 0xb8), table: "red" },
    });
    expect(parseWatch("10.1.2.3/32@254")).toMatchObject({ prefix: "10.1.2.3/32", length: 32, table: "254" });
    expect(parseWatch("128.0.0.0/1")).toMatchObject({ length: 1, address: address(128) });
  });

  it("has one spelling for each prefix", () => {
    expect(parseWatch("2001:0DB8:0:0::/64")?.prefix).toBe("2001:db8::/64");
    expect(parseWatch("2001:db8:0:1:0:0:0:0/64")?.prefix).toBe("2001:db8:0:1::/64");
    expect(parseWatch("::/0")?.prefix).toBe("::/0");
    expect(parseWatch("::ffff:10.0.0.0/104")?.prefix).toBe("::ffff:a00:0/104");
  });

  it("asks IPv4 for an address that is a destination", () => {
    expect(parseWatch("0.0.0.0/0")).toMatchObject({ prefix: "0.0.0.0/0", length: 0, address: address(0, 0, 0, 1) });
    expect(parseWatch("0.0.0.0/8")?.address).toEqual(address(0, 0, 0, 1));
    expect(parseWatch("::/0")?.address).toEqual(address());
    expect(parseWatch("0.0.0.0/32")).toBeUndefined();
  });

  it.each([
    "",
    "default",
    "10.0.0.0",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.1/24",
    "11.0.0.0/7",
    "2001:db8::1/64",
    "2001:db8::/129",
    "10.0.0/8",
    "10.0.0.0/8@",
    "10.0.0.0/8@a b",
    "10.0.0.0/8@a@b",
    "10.0.0.0/8 ",
    "fe80::/10%eth0",
  ])("refuses %j", (text) => {
    expect(parseWatch(text)).toBeUndefined();
  });
});
