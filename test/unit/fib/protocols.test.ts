import { describe, expect, it } from "vitest";
import { parseProtocols } from "../../../daemon/fib/protocols.js";

describe("parseProtocols", () => {
  it("knows those that iproute2 knows, without any file", () => {
    const names = parseProtocols("");
    expect([2, 3, 4, 11, 12, 16, 186, 188, 77].map((id) => names.name(id))).toEqual([
      ...["kernel", "boot", "static", "zebra", "bird", "dhcp", "bgp", "ospf", "77"],
    ]);
  });

  it("takes more from the file, in hex too, and nothing beyond a byte or under a name that is taken", () => {
    const names = parseProtocols("# ours\n77 ours\n0x4e hex # note\n256 beyond\n79 bird\n80 other\n12 renamed\n");
    expect([77, 78, 256, 79, 80, 12].map((id) => names.name(id))).toEqual(["ours", "hex", "256", "79", "80", "bird"]);
  });
});
