import { expect, test, vi } from "vitest";
import { ScrapeSlots } from "../../../daemon/http/scrape_slots.js";

test("a slot that is released can be taken again, none beyond the limit", () => {
  const slots = new ScrapeSlots(2);
  const [first] = [slots.take("a"), slots.take("b")];
  expect(slots.take("c")).toBeUndefined();
  if (first !== undefined) slots.release(first);
  expect(slots.take("c")).toBeDefined();
});

test("who has more than its share gives its newest slot to a newcomer, until their shares are equal", async () => {
  const slots = new ScrapeSlots(4);
  const lost = vi.fn();
  const greedy = Array.from({ length: 4 }, () => slots.take("greedy"));
  greedy.forEach((slot, at) => {
    slot?.lost.then(() => lost(at));
  });
  const others = [slots.take("other"), slots.take("other"), slots.take("other")];
  expect(others.map((slot) => slot !== undefined)).toEqual([true, true, false]);
  await vi.waitFor(() => expect(lost.mock.calls).toEqual([[3], [2]]));
  expect(slots.take("third")).toBeDefined();
});

test("0 sets no limit", () => {
  const slots = new ScrapeSlots(0);
  expect(Array.from({ length: 100 }, () => slots.take("a")).every((slot) => slot !== undefined)).toBe(true);
});
