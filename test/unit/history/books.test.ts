import { expect, test } from "vitest";
import type { Reading } from "../../../daemon/drain/reading.js";
import { Books } from "../../../daemon/history/books.js";
import { Recent } from "../../../daemon/history/recent.js";
import type { Collector, Counter } from "../../../daemon/kinds/kind.js";
import type { Labels } from "../../../daemon/kinds/metric.js";
import type { Ledger, Rise } from "../../../daemon/ledger/ledger.js";
import { EMPTY_INVENTORY, type NetnsRow } from "../../../daemon/native/session.js";
import type { Trouble } from "../../../daemon/wire/trouble.js";

const DROP: Trouble = { cause: "drop", netns: "blue", family: "ipv4", device: "eth0", detail: "neigh_failed" };
const HEADER: Trouble = { ...DROP, cause: "ip_error", device: "", detail: "header" };
const LOST: Trouble = { ...DROP, cause: "default_route", device: "", detail: "main" };

/** Accounts keep them the same. */
const LABELS: Readonly<Record<string, Labels>> = { blue: { netns: "blue" }, red: { netns: "red" } };

const blue = { cookie: 1n, noRoute: new BigUint64Array(4) } as NetnsRow;
const red = { cookie: 2n, noRoute: new BigUint64Array(4) } as NetnsRow;

/** A collector that counts `header` in every namespace that is shown, `routed` too, and finds no default route there. */
function collector(values: () => number): Collector {
  const metric = { name: "m", type: "counter", help: "", labels: ["netns"] } as const;
  const open: Collector["accounts"][number]["open"] =
    () =>
    ({ netns: rows }, { label }) =>
      rows.flatMap(({ cookie }) => {
        const netns = label(cookie);
        return netns === undefined ? [] : [{ labels: LABELS[netns] ?? {}, value: values() }];
      });
  return {
    ...{ word: "mib", help: "", isOn: true },
    accounts: [{ metric, open, trouble: ({ netns = "" }) => ({ ...HEADER, netns }), isRouted: () => true }],
    watch:
      () =>
      ({ netns: rows }, { label }) =>
        rows.flatMap(({ cookie }) => {
          const netns = label(cookie);
          return netns === undefined ? [] : [{ ...LOST, netns }];
        }),
  };
}

test("what rose in a counter and in an account, and what stands, gets into the history, of what is shown only", () => {
  const counter = { trouble: () => DROP } as unknown as Counter;
  let rises: Rise[] = [{ counter, labels: {}, lookups: 10n }];
  const ledger = { advance: () => rises, rest: () => [], isWhole: true } as unknown as Ledger;
  const recent = new Recent(0);
  let value = 100;
  const books = new Books({
    ledger,
    recent,
    names: { netns: (cookie) => (cookie === 1n ? "blue" : "red"), table: () => "main", protocol: String },
    shows: (netns) => netns === "blue",
    countsNoRoute: true,
    collectors: [collector(() => value)],
    expiryMs: 1000,
  });
  const reading = (at: number) => ({ at, isNamed: true, inventory: { ...EMPTY_INVENTORY, netns: [blue, red] } });
  books.take(reading(5000) as unknown as Reading);
  value = 105;
  rises = [];
  books.take(reading(10_000) as unknown as Reading);
  expect(recent.troubles()).toEqual({
    troubles: [
      { ...DROP, perSecond: 1 },
      { ...HEADER, perSecond: 0.5 },
      { ...LOST, perSecond: 0.2 },
    ],
    omitted: 0,
  });
  expect(recent.netns().netns.map(({ netns, routedPerSecond }) => [netns, routedPerSecond])).toEqual([["blue", 0.5]]);

  // Names are not known: what the kernel's own account says belongs to nobody.
  value = 200;
  books.take({ ...reading(10_001), isNamed: false } as unknown as Reading);
  expect(recent.troubles().troubles[1]?.perSecond).toBeLessThan(1);
});
