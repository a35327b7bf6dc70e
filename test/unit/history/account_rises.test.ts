import { expect, test } from "vitest";
import { AccountRises } from "../../../daemon/history/account_rises.js";
import type { Account } from "../../../daemon/kinds/kind.js";
import type { Labels, Sample } from "../../../daemon/kinds/metric.js";
import { EMPTY_INVENTORY } from "../../../daemon/native/session.js";

const NAMES = { label: () => "", table: () => "", protocol: String };

/** What is told of the samples of one reading after the other. */
function told(account: Partial<Account>, readings: readonly (readonly Sample[])[]): string[][] {
  let samples: readonly Sample[] = [];
  const metric = { name: "m", type: "counter", help: "", labels: ["netns", "reason"] } as const;
  const rises = new AccountRises([{ metric, open: () => () => samples, ...account }]);
  return readings.map((reading) => {
    const heard: string[] = [];
    samples = reading;
    rises.advance(EMPTY_INVENTORY, NAMES, {
      countRouted: (netns, packets) => heard.push(`routed ${netns} ${packets}`),
      countTrouble: ({ netns, detail }, count) => heard.push(`${detail} ${netns} ${count}`),
    });
    return heard;
  });
}

const series = new Map<string, Labels>();

/** The same object for the same series, as accounts have it. */
function sample(netns: string, reason: string, value: number): Sample {
  const id = `${netns} ${reason}`;
  const labels = series.get(id) ?? { netns, reason };
  series.set(id, labels);
  return { labels, value };
}

const trouble: Account["trouble"] = ({ netns = "", reason = "" }) =>
  reason === "quiet" ? undefined : { cause: "ip_error", netns, family: "ipv4", device: "", detail: reason };

test("what was there before the first reading befell nobody now; what rises is told", () => {
  const readings = [
    [sample("blue", "rp_filter", 7), sample("red", "rp_filter", 0)],
    [sample("blue", "rp_filter", 7), sample("red", "rp_filter", 5)],
    [sample("blue", "rp_filter", 10), sample("red", "rp_filter", 5)],
  ];
  expect(told({ trouble }, readings)).toEqual([[], ["rp_filter red 5"], ["rp_filter blue 3"]]);
});

test("a namespace that got another name, or counts from 0 again, is no rise", () => {
  const readings = [
    [sample("4026532000", "header", 70)],
    [sample("blue", "header", 71)],
    [sample("blue", "header", 2)],
  ];
  expect(told({ trouble }, readings)).toEqual([[], [], []]);
});

test("some samples are no trouble, and those of packets on their way are counted as such", () => {
  const readings = [1, 2].map((value) => [sample("blue", "quiet", value), sample("blue", "sent", 10 * value)]);
  expect(told({ trouble }, readings).flat()).toEqual(["sent blue 10"]);
  const isRouted: Account["isRouted"] = ({ reason }) => reason === "sent";
  expect(told({ isRouted }, readings).flat()).toEqual(["routed blue 10"]);
});

test("an account of which nothing is told is not even opened", () => {
  const ask = () => {
    throw new Error("opened");
  };
  expect(told({ open: ask }, [[]])).toEqual([[]]);
});
