// What a session cannot see, in words: a kind, or a part of one whose rest is seen.

import { expect, test } from "vitest";
import { BlindSpots, notCounted, unseenKinds } from "../../daemon/blind_spots.js";
import { wordsOf } from "../../daemon/kinds/unseen.js";
import { ABI } from "../../daemon/native/abi.js";
import { readiness } from "../../daemon/service/readiness.js";

const CACHES = { kind: ABI.TS_KIND_dst_cache, reason: "the kernel has no tracepoint for them", part: "" };
const FLOODS = { kind: ABI.TS_KIND_fdb, reason: "br_flood: module bridge is not loaded", part: "bridge floods" };
const ON = { route: true, rule: true, encap: true, neighbour: true, fdb: true, drop: true };
const COLLECTORS = {
  ...ON,
  "dst-cache": true,
  tunnel: true,
  mpls: true,
  netfilter: true,
  srv6: true,
  "socket-cache": true,
  mib: true,
  change: true,
};

test("a kind is named by its noun, a part by its own", () => {
  expect([CACHES, FLOODS].map(wordsOf)).toEqual(["cached routes", "bridge floods"]);
  expect(notCounted(FLOODS)).toBe("bridge floods are not counted: br_flood: module bridge is not loaded");
});

test("the log tells each once, and again for another reason", () => {
  const late = { ...FLOODS, reason: "br_flood: module bridge has been loaded since the start" };
  let unseen = [CACHES, FLOODS];
  const told: string[] = [];
  const spots = new BlindSpots({ unseen: () => unseen }, { warn: (sentence: string) => told.push(sentence) });
  expect(spots.look()).toEqual([CACHES, FLOODS]);
  spots.look();
  expect(told).toEqual([CACHES, FLOODS].map(notCounted));
  unseen = [CACHES, late];
  expect(spots.look()).toEqual([CACHES, late]);
  spots.look();
  expect(told).toEqual([CACHES, FLOODS, late].map(notCounted));
});

test("a kind of which only a part is unseen can be listened to", () => {
  const session = { unseen: () => [CACHES, FLOODS] };
  const config = { collectors: { ...COLLECTORS, rule: false } } as unknown as Parameters<typeof unseenKinds>[1];
  expect([...unseenKinds(session, config).keys()]).toEqual(["rule", "dst-cache"]);
});

test("what is not counted stands behind what is amiss, and keeps nothing from being ready", () => {
  const probes = [
    { probe: "a", backend: "trampoline", attached: false, isMissing: true, reason: "refused", skipped: 0n } as const,
  ];
  expect(readiness({ failed: new Map(), probes }, [notCounted(CACHES)])).toEqual({
    ready: true,
    reasons: [
      "a (trampoline) is not attached: refused",
      "cached routes are not counted: the kernel has no tracepoint for them",
    ],
  });
});
