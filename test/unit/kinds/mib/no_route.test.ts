import { describe, expect, it } from "vitest";
import { NoRouteRises, netnsInfoSamples, noRouteSamples } from "../../../../daemon/kinds/mib/no_route.js";
import type { NetnsRow } from "../../../../daemon/native/session.js";

const row = (cookie: bigint, ...noRoute: bigint[]): NetnsRow => ({
  cookie,
  inode: 4026531840,
  isFirst: false,
  noRoute: BigUint64Array.from(noRoute),
});
const shown = (samples: ReturnType<typeof noRouteSamples>) =>
  samples.map(({ labels, value }) => `${labels.netns} ${labels.family} ${labels.direction} ${value}`);

describe("noRouteSamples", () => {
  it("shows the kernel's four numbers of each namespace", () => {
    expect(shown(noRouteSamples([row(1n, 1n, 2n, 3n, 4n)], () => "blue"))).toEqual([
      "blue ipv4 in 1",
      "blue ipv4 out 2",
      "blue ipv6 in 3",
      "blue ipv6 out 4",
    ]);
  });

  it("adds namespaces of one label up rather than showing a series twice", () => {
    const rows = [row(1n, 1n, 2n, 3n, 4n), row(2n, 10n, 20n, 30n, 40n)];
    expect(shown(noRouteSamples(rows, () => "blue"))).toEqual([
      "blue ipv4 in 11",
      "blue ipv4 out 22",
      "blue ipv6 in 33",
      "blue ipv6 out 44",
    ]);
  });

  it("leaves out a namespace that is not to be shown", () => {
    expect(noRouteSamples([row(1n, 1n)], () => undefined)).toEqual([]);
  });
});

describe("netnsInfoSamples", () => {
  it("tells the cookie as decimal text, however large", () => {
    const rows = [row(2n ** 64n - 1n), row(2n)];
    expect(netnsInfoSamples(rows, (cookie) => (cookie === 2n ? undefined : "blue"))).toEqual([
      { labels: { netns: "blue", cookie: "18446744073709551615", inode: "4026531840" }, value: 1 },
    ]);
  });
});

describe("NoRouteRises", () => {
  /** What each inventory told: cookie, column and packets. */
  function rises(...inventories: readonly { readonly netns: readonly NetnsRow[]; readonly omitted?: number }[]) {
    const accounts = new NoRouteRises();
    return inventories.map(({ netns, omitted = 0 }) => {
      const told: string[] = [];
      accounts.advance({ netns, devices: [], omitted }, (...rise) => told.push(rise.join(" ")));
      return told;
    });
  }

  it("tells what rose since the last inventory, not what was there at the first", () => {
    const before = { netns: [row(1n, 9n, 9n, 9n, 9n)] };
    const after = { netns: [row(1n, 9n, 12n, 9n, 10n)] };
    expect(rises(before, after, after)).toEqual([[], ["1 1 3", "1 3 1"], []]);
  });

  it("counts all of a namespace that has come since, unless it may only have been left out before", () => {
    const born = { netns: [row(1n), row(2n, 0n, 5n, 0n, 0n)] };
    expect(rises({ netns: [row(1n)] }, born)[1]).toEqual(["2 1 5"]);
    expect(rises({ netns: [row(1n)], omitted: 1 }, born)[1]).toEqual([]);
  });

  it("forgets a namespace that is gone", () => {
    const there = { netns: [row(1n, 5n, 0n, 0n, 0n)] };
    expect(rises(there, { netns: [] }, there)[2]).toEqual(["1 0 5"]);
  });
});
