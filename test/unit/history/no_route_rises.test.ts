import { describe, expect, it } from "vitest";
import { NoRouteRises } from "../../../daemon/history/no_route_rises.js";
import { EMPTY_INVENTORY, type NetnsRow } from "../../../daemon/native/session.js";

const row = (cookie: bigint, ...noRoute: bigint[]): NetnsRow => ({
  cookie,
  inode: 4026531840,
  isFirst: false,
  noRoute: BigUint64Array.from(noRoute),
});

describe("NoRouteRises", () => {
  /** What each inventory told: cookie, column and packets. */
  function rises(...inventories: readonly { readonly netns: readonly NetnsRow[]; readonly omitted?: number }[]) {
    const accounts = new NoRouteRises();
    return inventories.map(({ netns, omitted = 0 }) => {
      const told: string[] = [];
      accounts.advance({ ...EMPTY_INVENTORY, netns, omitted }, (...rise) => told.push(rise.join(" ")));
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
