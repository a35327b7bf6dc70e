import { describe, expect, it } from "vitest";
import { mib } from "../../../../daemon/kinds/mib/no_route.js";
import type { NetnsRow } from "../../../../daemon/native/session.js";

const row = (cookie: bigint, ...noRoute: bigint[]): NetnsRow => ({
  cookie,
  inode: 4026531840,
  isFirst: false,
  noRoute: BigUint64Array.from(noRoute),
});
const shown = (netns: readonly NetnsRow[], label: string | undefined) =>
  mib.accounts
    .flatMap(({ samples }) => samples({ netns, devices: [], omitted: 0 }, () => label))
    .map(({ labels, value }) => `${labels["netns"]} ${labels["family"]} ${labels["direction"]} ${value}`);

describe("the collector mib", () => {
  it("shows the kernel's four numbers of each namespace", () => {
    expect(shown([row(1n, 1n, 2n, 3n, 4n)], "blue")).toEqual([
      "blue ipv4 in 1",
      "blue ipv4 out 2",
      "blue ipv6 in 3",
      "blue ipv6 out 4",
    ]);
  });

  it("adds namespaces of one label up rather than showing a series twice", () => {
    const rows = [row(1n, 1n, 2n, 3n, 4n), row(2n, 10n, 20n, 30n, 40n)];
    expect(shown(rows, "blue")).toEqual(["blue ipv4 in 11", "blue ipv4 out 22", "blue ipv6 in 33", "blue ipv6 out 44"]);
  });

  it("leaves out a namespace that is not to be shown", () => {
    expect(shown([row(1n, 1n)], undefined)).toEqual([]);
  });
});
