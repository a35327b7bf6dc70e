import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bitsOf, LINE_KINDS } from "../../../daemon/kinds/lines.js";
import { parsePrefix } from "../../../daemon/stream/prefix.js";
import {
  BadQuery,
  checkQuery,
  DEFAULT_QUERY,
  type LookupQuery,
  type Resolve,
  toFilter,
} from "../../../daemon/stream/query.js";

const NOBODY: Resolve = { netns: () => undefined, table: () => undefined };
const ANYTHING = new Uint8Array(32);

function filter(query: Partial<LookupQuery>, resolve: Partial<Resolve> = {}) {
  return toFilter({ ...DEFAULT_QUERY, ...query }, { ...NOBODY, ...resolve });
}

function refusal(query: Partial<LookupQuery>): string {
  try {
    filter(query);
  } catch (error) {
    if (error instanceof BadQuery && error.message.startsWith(`${error.parameter}: `)) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a filter", () => {
  test("of everything has no condition", () => {
    expect(filter({})).toEqual({ kinds: 3, families: 3, results: 3, src: ANYTHING, dst: ANYTHING });
  });

  test("has a bit for each kind, family and result class", () => {
    expect(filter({ kinds: ["route"], families: ["ipv6"], failed: "only" })).toMatchObject({
      kinds: 1,
      families: 2,
      results: 2,
    });
    expect(filter({ kinds: ["rule"], families: ["ipv4"], failed: "exclude" })).toMatchObject({
      kinds: 2,
      families: 1,
      results: 1,
    });
  });

  test("of a kind without a family is for who wants every family", () => {
    expect(filter({ kinds: ["fdb"] })).toMatchObject({ kinds: bitsOf(["fdb"]), families: 7 });
    expect(filter({ kinds: ["route", "fdb"], families: ["ipv4", "ipv4"] })).toMatchObject({
      kinds: bitsOf(["route", "fdb"]),
      families: 1,
    });
    expect(filter({ kinds: ["route", "fdb"], dst: "10.0.0.1" })).toMatchObject({
      kinds: bitsOf(["route", "fdb"]),
      families: 1,
    });
    expect(refusal({ kinds: ["fdb"], families: ["ipv4"] })).toBe(
      "family: a bridge change has no family, so that nothing would be left",
    );
    expect(refusal({ kinds: ["fdb"], table: "254" })).toBe(
      "table: a bridge change has no table, so that nothing would be left",
    );
  });

  test("of a device takes its name as lines spell it: 15 bytes that cannot be shown are as many as it may have", () => {
    const egress = "\\xff".repeat(15);
    expect(filter({ egress }).egress).toBe(egress);
  });

  test("of a namespace holds its cookie: 0 of the unknown one, that of none as long as there is none", () => {
    expect(filter({ netns: "blue" }, { netns: (name) => (name === "blue" ? 7n : undefined) }).netns).toBe(7n);
    expect(filter({ netns: "unknown" }).netns).toBe(0n);
    expect(filter({ netns: "later" }).netns).toBe(0xffff_ffff_ffff_ffffn);
  });

  test("of a table holds its number, looked up in the namespace asked for", () => {
    expect(filter({ table: "254" }).table).toBe(254);
    expect(filter({ table: "0x64" }).table).toBe(100);
    const table = (name: string, netns?: bigint) => (name === "vrf-red" && netns === 7n ? 1001 : undefined);
    expect(filter({ table: "vrf-red", netns: "blue" }, { netns: () => 7n, table }).table).toBe(1001);
  });

  test("of a prefix leaves its family alone and ignores host bits", () => {
    const { families, dst } = filter({ dst: "10.1.2.3/12" });
    expect(families).toBe(1);
    expect([...dst.subarray(0, 4), ...dst.subarray(16, 20)]).toEqual([10, 0, 0, 0, 255, 240, 0, 0]);
    expect(filter({ src: "::/0" })).toMatchObject({ families: 2, src: ANYTHING });
  });

  test.each<[string, Partial<LookupQuery>]>([
    ["kind", { kinds: [] }],
    ["family", { families: [] }],
    ["netns", { netns: "" }],
    ["netns", { netns: "a/b" }],
    ["netns", { netns: ".." }],
    ["netns", { netns: "x".repeat(256) }],
    ["table", { table: "" }],
    ["table", { table: "nobody" }],
    ["table", { table: "4294967296" }],
    ["table", { table: "-1" }],
    ["egress", { egress: "" }],
    ["egress", { egress: "sixteen-bytes-xx" }],
    ["egress", { egress: "a b" }],
    ["egress", { egress: "\\xff".repeat(16) }],
    ["egress", { egress: "eth0", failed: "only" }],
    ["egress", { egress: "eth0", kinds: ["rule"] }],
    ["src", { src: "" }],
    ["src", { src: "10.0.0.0/33" }],
    ["src", { src: "host.example" }],
    ["dst", { dst: "fe80::1%eth0" }],
    ["dst", { dst: "fd00::/129" }],
    ["dst", { dst: "10.0.0.0/8/8" }],
    ["dst", { dst: "10.0.0.0/" }],
    ["dst", { dst: "10.1" }],
    ["dst", { dst: "10.0.0.0/8", families: ["ipv6"] }],
    ["dst", { src: "fd00::1", dst: "10.0.0.0/8" }],
  ])("is refused for a bad %s: %j", (parameter, query) => {
    expect(refusal(query)).toMatch(new RegExp(`^${parameter}: .+`));
  });

  test("tells of a bad value in one short line", () => {
    const message = refusal({ table: `x\n${"y".repeat(10_000)}` });
    expect(message).not.toContain("\n");
    expect(message.length).toBeLessThan(300);
  });

  test("is checked without asking for names", () => {
    expect(() => checkQuery({ ...DEFAULT_QUERY, table: "nobody", netns: "nobody" })).not.toThrow();
    expect(() => checkQuery({ ...DEFAULT_QUERY, dst: "x" })).toThrow(BadQuery);
  });
});

describe("a prefix", () => {
  test.each([
    ["::1", "00000000000000000000000000000001", 128],
    ["fd00::/8", "fd000000000000000000000000000000", 8],
    ["2001:db8:1:2:3:4:5:6/127", "20010db8000100020003000400050006", 127],
    ["::ffff:1.2.3.4", "00000000000000000000ffff01020304", 128],
    ["1::", "00010000000000000000000000000000", 128],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000", 128],
  ])("%s is read", (text, address, length) => {
    const bytes = Buffer.from(parsePrefix(text)?.bytes ?? []);
    expect(bytes.subarray(0, 16).toString("hex")).toBe(address);
    const mask = (2n ** BigInt(length) - 1n) << BigInt(128 - length);
    expect(bytes.subarray(16).toString("hex")).toBe(mask.toString(16).padStart(32, "0"));
  });

  test("of any address and length holds that address under that mask", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, length) => {
        const bytes = Buffer.from(parsePrefix(`${address}/${length}`)?.bytes ?? []);
        const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
        const number = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
        expect(bytes.readUInt32BE(16)).toBe(mask);
        expect(bytes.readUInt32BE(0)).toBe(Number(BigInt(number) & BigInt(mask)));
      }),
    );
  });

  test("of any IPv6 address has 16 bytes of it", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(parsePrefix(address)).toMatchObject({ family: "ipv6", bytes: { length: 32 } });
      }),
    );
  });

  test("is never read from rubbish without an answer", () => {
    fc.assert(fc.property(fc.string(), (text) => void parsePrefix(text)));
  });
});

describe("what is accepted", () => {
  test.each<[string, Partial<LookupQuery>]>([
    ["an id at the end of the range", { table: "4294967295" }],
    ["a hexadecimal id in capitals", { table: "0XFFFFFFFF" }],
    ["a namespace's name of 255 bytes", { netns: "x".repeat(255) }],
    ["a namespace's name that begins with a dot", { netns: "..blue" }],
    ["a device's name of 15 bytes", { egress: "fifteen-bytes-x" }],
    ["a device's name of one letter", { egress: "e" }],
    ["a device's name with a dot", { egress: "eth0.100" }],
    ["a device's name with a space that is none to the kernel", { egress: "a\u3000b" }],
    ["a device of route and rule lookups together", { egress: "eth0", kinds: ["route", "rule"] }],
    ["both ends in one family", { src: "10.0.0.0/8", dst: "192.0.2.1" }],
  ])("%s: %j", (_, query) => {
    expect(refusal(query)).toBe("accepted");
  });

  test("reaches the kernel's filter: a device by its name, and no condition that nobody set", () => {
    expect(filter({ egress: "eth0" })).toStrictEqual({ ...filter({}), egress: "eth0" });
    expect(Object.keys(filter({})).sort()).toEqual(["dst", "families", "kinds", "results", "src"]);
  });

  test("is a table's number only if all of it is one: anything else is asked for as a name", () => {
    const asked: string[] = [];
    const table = (name: string) => {
      asked.push(name);
      return 7;
    };
    for (const name of ["10x", "0x", "0x123456789", "12345678901", "x10"]) filter({ table: name }, { table });
    expect(asked).toEqual(["10x", "0x", "0x123456789", "12345678901", "x10"]);
    expect(filter({ table: "10" }, { table }).table).toBe(10);
  });
});

describe("what is refused", () => {
  test.each<[Partial<LookupQuery>, string]>([
    [{ kinds: [] }, `kind: at least one of ${LINE_KINDS.join(", ")} is needed`],
    [{ families: [] }, "family: at least one of ipv4, ipv6 is needed"],
    [{ netns: "." }, 'netns: "." is not the name of a network namespace'],
    [{ netns: "a\nb" }, 'netns: "a\\nb" is not the name of a network namespace'],
    [{ table: "nobody" }, 'table: "nobody" is not a table\'s number or name, as in rt_tables, or a VRF'],
    [{ egress: "." }, 'egress: "." is not the name of a device, 15 bytes at most'],
    [{ egress: ".." }, 'egress: ".." is not the name of a device, 15 bytes at most'],
    [{ egress: "a/b" }, 'egress: "a/b" is not the name of a device, 15 bytes at most'],
    [{ egress: "a:b" }, 'egress: "a:b" is not the name of a device, 15 bytes at most'],
    [{ egress: "a\tb" }, 'egress: "a\\tb" is not the name of a device, 15 bytes at most'],
    [{ egress: "eth0", kinds: ["rule"] }, "egress: a rule lookup has no egress, so that nothing would be left"],
    [{ egress: "eth0", failed: "only" }, "egress: a failed lookup has no egress, so that nothing would be left"],
    [{ src: "x10.0.0.1" }, 'src: "x10.0.0.1" is not an address or a prefix such as 10.0.0.0/8 or fd00::/8'],
    [{ dst: "10.0.0.1 " }, 'dst: "10.0.0.1 " is not an address or a prefix such as 10.0.0.0/8 or fd00::/8'],
    [{ src: "fd00::1", families: ["ipv4"] }, "src: fd00::1 is ipv6, but only ipv4 is left to be shown"],
    [{ src: "fd00::1", dst: "10.0.0.1" }, "dst: 10.0.0.1 is ipv4, but only ipv6 is left to be shown"],
  ])("is told with what would be accepted: %j", (query, message) => {
    expect(refusal(query)).toBe(message);
  });

  test("is refused before anybody is asked for names", () => {
    for (const bad of [{ table: "" }, { netns: "" }, { egress: "" }]) {
      expect(() => checkQuery({ ...DEFAULT_QUERY, ...bad })).toThrow(BadQuery);
    }
  });

  test("is shown whole up to 100 characters, and cut beyond", () => {
    expect(refusal({ table: "y".repeat(100) })).toContain(`"${"y".repeat(100)}" is not`);
    expect(refusal({ table: "y".repeat(101) })).toContain(`"${"y".repeat(100)}…" is not`);
  });

  test("is an error of that name", () => {
    expect(String(new BadQuery("dst", "x"))).toBe("BadQuery: dst: x");
  });
});
