import { describe, expect, it } from "vitest";
import { noRoute } from "../../../../daemon/kinds/mib/no_route.js";
import { netnsRow, reader } from "../reading.js";

describe("no_route of the collector mib", () => {
  it("shows the kernel's four numbers of each namespace", () => {
    const netns = [netnsRow(1n, [1n, 2n, 3n, 4n])];
    expect(reader(noRoute)({ netns })).toEqual(["ns1 ipv4 in 1", "ns1 ipv4 out 2", "ns1 ipv6 in 3", "ns1 ipv6 out 4"]);
  });

  it("adds namespaces of one label up rather than showing a series twice", () => {
    const netns = [netnsRow(1n, [1n, 2n, 3n, 4n]), netnsRow(2n, [10n, 20n, 30n, 40n])];
    expect(reader(noRoute, () => "blue")({ netns })).toEqual([
      "blue ipv4 in 11",
      "blue ipv4 out 22",
      "blue ipv6 in 33",
      "blue ipv6 out 44",
    ]);
  });

  it("leaves out a namespace that is not to be shown", () => {
    expect(reader(noRoute)({ netns: [netnsRow(99n, [1n])] })).toEqual([]);
  });
});
