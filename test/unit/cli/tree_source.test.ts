import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TreeSource } from "../../../daemon/cli/tree_source.js";
import type { LineSource } from "../../../daemon/lines/line_source.js";
import { route, rule } from "../explain/lookups.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A source whose lines come when the test says so. */
function fed() {
  const waiting: Buffer[] = [];
  let wake: (() => void) | undefined;
  let isEnded = false;
  const lines: LineSource = {
    next: async () => {
      while (waiting.length === 0 && !isEnded) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return waiting.shift();
    },
    stop: () => {
      isEnded = true;
      wake?.();
    },
    dropped: () => ({ ringbuf: 1, queue: 2, daemon: 3 }),
    close: () => undefined,
  };
  const feed = (...lookups: readonly object[]) => {
    const netns = { inode: 7, name: "blue" };
    waiting.push(
      Buffer.from(
        lookups.map((one) => `${JSON.stringify({ selectors: {}, gateway: null, netns, ...one })}\n`).join(""),
      ),
    );
    wake?.();
  };
  return { tree: new TreeSource(lines), feed };
}

const tables = (text: Buffer | undefined) =>
  [...(text?.toString() ?? "").matchAll(/table (\w+):/g)].map(([, name]) => name);

test("a decision is told at once when the walk of the rules ends it, with its own lookups only", async () => {
  const { tree, feed } = fed();
  feed(
    route(255, { decision: 1 }),
    route(100, { decision: 2 }),
    route(254, { decision: 1, egress: "eth0" }),
    rule(32766, { decision: 1, table: { id: 254, name: "main" } }),
  );
  expect(tables(await tree.next())).toEqual(["local", "main"]);
  tree.stop();
  expect(tables(await tree.next())).toEqual(["100"]);
  expect(await tree.next()).toBeUndefined();
});

test("without rules it is told when nothing more came for a moment", async () => {
  const { tree, feed } = fed();
  const text = tree.next();
  feed(route(255, { decision: 1 }));
  await vi.advanceTimersByTimeAsync(60);
  feed(route(254, { decision: 1 }));
  let isTold = false;
  void text.then(() => {
    isTold = true;
  });
  await vi.advanceTimersByTimeAsync(60);
  expect(isTold).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(tables(await text)).toEqual(["local", "main"]);
});

test("a lookup whose decision is not known stands alone, at once", async () => {
  const { tree, feed } = fed();
  feed(route(254), route(254));
  expect((await tree.next())?.toString()).toBe("192.0.2.1 in blue\n  table main: no route\n".repeat(2));
  expect(tree.dropped()).toEqual({ ringbuf: 1, queue: 2, daemon: 3 });
});
