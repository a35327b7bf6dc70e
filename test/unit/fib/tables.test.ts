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
0X1F upper
303 with#sharp
`;

describe("parseTables", () => {
  const names = parseTables(TEXT);

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
