import { expect, it } from "vitest";
import { NftSets } from "../../../daemon/netns/nft_sets.js";

const ROW = { netns: 1n, table: 7, set: 5, family: 1, tableName: "filter", setName: "blocked", isGone: false };
const BLOCKED = { table: "inet filter", set: "blocked", isPresent: true };

it("calls a set as nft does, by the handles of its namespace", () => {
  const sets = new NftSets(1000);
  sets.refresh([ROW, { ...ROW, netns: 2n, family: 10, setName: "other" }], 0);
  expect(sets.get(1n, 7, 5)).toEqual(BLOCKED);
  expect(sets.get(2n, 7, 5)).toEqual({ table: "ip6 filter", set: "other", isPresent: true });
});

it.each([
  [1, "inet"],
  [2, "ip"],
  [3, "arp"],
  [5, "netdev"],
  [7, "bridge"],
  [10, "ip6"],
  [99, "99"],
])("family %i is %s", (family, word) => {
  const sets = new NftSets(1000);
  sets.refresh([{ ...ROW, family }], 0);
  expect(sets.get(1n, 7, 5).table).toBe(`${word} filter`);
});

it("calls one that was never seen by its handles", () => {
  expect(new NftSets(1000).get(1n, 7, 5)).toEqual({ table: "7", set: "5", isPresent: false });
});

it.each([
  ["was destroyed", [{ ...ROW, isGone: true }]],
  ["is no longer looked up", []],
])("keeps the name of a set that %s, until the time is over", (_, rows) => {
  const sets = new NftSets(1000);
  sets.refresh([ROW], 0);
  sets.refresh(rows, 500);
  expect(sets.get(1n, 7, 5)).toEqual({ ...BLOCKED, isPresent: false });
  sets.refresh([], 1501);
  expect(sets.get(1n, 7, 5).table).toBe("7");
});
