import { describe, expect, it } from "vitest";
import { parseTables } from "../../../daemon/fib/tables.js";

const TEXT = `
# reserved
255\tlocal
0x64 hex # a comment
 200   spaced out
200 second_of_its_id
201 hex
12 34
254 renamed
300 #nothing
301
x 1
-5 negative
4294967295 highest
4294967296 too_high
302 other
# 304 commented_out
see 305 in_a_sentence
306 6to4
307 vlan7
0X1F upper
303 with#sharp
`;

describe("parseTables", () => {
  // Anew for each test: what fails while tests are collected fails none of them.
  const names = { name: (id: number, vrf?: string) => parseTables(TEXT).name(id, vrf) };

  it.each([
    [255, "local", "built in"],
    [254, "main", "built in, and not to be renamed"],
    [253, "default", "built in"],
    [0, "unspec", "built in"],
    [100, "hex", "hexadecimal, with a comment"],
    [200, "spaced", "the first of two lines, up to the blank"],
    [201, "201", "its name belongs to another table"],
    [12, "12", "a number as a name would point to another table"],
    [300, "300", "a comment is no name"],
    [301, "301", "a line without a name"],
    [4294967295, "highest", "the highest id"],
    [302, "302", "other is where folded series go"],
    [31, "upper", "hexadecimal in capitals"],
    [303, "with#sharp", "a sharp inside the word, as iproute2 reads it"],
    [304, "304", "a line that is commented out"],
    [305, "305", "a line that does not begin with a number"],
    [306, "6to4", "a name that begins with a digit"],
    [307, "vlan7", "a name that ends in a digit"],
    [999, "999", "never named"],
  ])("names table %i %s: %s", (id, name) => {
    expect(names.name(id)).toBe(name);
  });

  it("takes the VRF's device for a table that has no name", () => {
    expect(names.name(1001, "vrf-blue")).toBe("vrf-blue");
    expect(names.name(100, "vrf-blue")).toBe("hex");
  });

  it.each(["main", "hex", "12", "other"])("does not merge a VRF called %s with the table of that name", (vrf) => {
    expect(names.name(1001, vrf)).toBe("1001");
  });
});

describe("the tables that have a name in every namespace", () => {
  it("are the kernel's own without any file", () => {
    const all = [...parseTables("").entries()].sort(([one], [other]) => one - other);
    expect(all).toEqual([
      [0, "unspec"],
      [253, "default"],
      [254, "main"],
      [255, "local"],
    ]);
  });

  it("are those and the ones of good lines, and nothing of bad ones", () => {
    const own = new Set([...parseTables("").entries()].map(([id]) => id));
    const added = [...parseTables(TEXT).entries()].filter(([id]) => !own.has(id));
    expect(new Map(added)).toEqual(
      new Map([
        [100, "hex"],
        [200, "spaced"],
        [4294967295, "highest"],
        [31, "upper"],
        [303, "with#sharp"],
        [306, "6to4"],
        [307, "vlan7"],
      ]),
    );
  });
});
