// A miss in an IPv4 table belongs to the namespace of that table, also where tables come and go: memory that held a table
// of one namespace holds one of another a moment later.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bitsOf } from "../../daemon/kinds/lines.js";
import type { Session } from "../../daemon/native/session.js";
import { BACKEND } from "../support/backend.js";
import { openCounters } from "../support/lines.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { CommandError } from "../support/processes/command.js";
import { netnsCookie, send } from "../support/traffic/send.js";

const ROUNDS = 20;
const SENDS = 23;
const TABLE = 300;
const NOWHERE = "203.0.113.9";
const EAGAIN = 11;
const UNKNOWN = 0n;
const [MAIN, LOCAL] = [254, 255];

let session: Session;

describe("misses of IPv4", () => {
  beforeEach((context) => {
    if (BACKEND !== "trampoline") context.skip("the tracepoint backend does not see tables, only who asked");
  });

  beforeAll(() => {
    if (BACKEND === "trampoline") session = openCounters(bitsOf(["route"]));
  }, 20_000 * PATIENCE);

  afterAll(() => {
    session?.close();
  });

  test(`are attributed in each of ${ROUNDS} namespaces made and deleted one after the other`, async () => {
    const start = misses(UNKNOWN);
    const cookies = new Set<bigint>();
    for (let round = 0; round < ROUNDS; round++) {
      await using netns = await createNetns(`round${round}`);
      // Few tables in one round, more in the next: freed memory is not taken again in the same order.
      const tables = Array.from({ length: 1 + (round % 4) }, (_, at) => TABLE + at);
      await netns.ip(...tables.map((table) => `rule add pref ${table} to ${NOWHERE} table ${table}`));
      await netns.ip(...tables.map((table) => `route add throw ${NOWHERE} table ${table}`));
      const cookie = await netnsCookie(netns);
      cookies.add(cookie);
      await refused(netns);
      const all = [...tables, MAIN, LOCAL];
      expect(misses(cookie)).toEqual(new Map(all.sort((one, other) => one - other).map((table) => [table, SENDS])));
    }
    expect(cookies.size).toBe(ROUNDS);
    expect(misses(UNKNOWN)).toEqual(start);
  });

  test("are attributed before and after the first rule splits local from main", async () => {
    await using netns = await createNetns("split");
    const cookie = await netnsCookie(netns);
    await refused(netns);
    // One table serves for both; the default one is not made before it is needed.
    expect(misses(cookie)).toEqual(new Map([[MAIN, SENDS]]));
    await netns.ip(`rule add pref 100 to 192.0.2.0/24 table ${TABLE}`);
    await refused(netns);
    expect(misses(cookie)).toEqual(
      new Map([
        [MAIN, 2 * SENDS],
        [LOCAL, SENDS],
      ]),
    );
    await netns.ip("rule del pref 100");
    await refused(netns);
    expect(misses(cookie)).toEqual(
      new Map([
        [MAIN, 3 * SENDS],
        [LOCAL, 2 * SENDS],
      ]),
    );
  });

  test("are attributed after a table was flushed and filled again", async () => {
    await using netns = await createNetns("flush");
    const cookie = await netnsCookie(netns);
    const fill = `route add throw ${NOWHERE} table ${TABLE}`;
    await netns.ip(`rule add pref 100 to ${NOWHERE} table ${TABLE}`, fill);
    for (let round = 1; round <= 3; round++) {
      await refused(netns);
      await netns.ip(`route flush table ${TABLE}`);
      await refused(netns);
      await netns.ip(fill);
      expect(misses(cookie).get(TABLE)).toBe(2 * round * SENDS);
    }
  });

  test("are attributed after a VRF with its table is deleted, and made again", async (context) => {
    await using netns = await createNetns("vrf");
    const cookie = await netnsCookie(netns);
    const add = [`link add red type vrf table ${TABLE}`, "link set red up"];
    try {
      await netns.ip(...add);
    } catch (error) {
      if (!(error instanceof CommandError && error.stderr.includes("Unknown device type"))) throw error;
      context.skip("this kernel has no VRF");
    }
    await netns.ip(`rule add pref 100 to ${NOWHERE} table ${TABLE}`, `route add throw ${NOWHERE} table ${TABLE}`);
    await refused(netns);
    await netns.ip("link del red");
    await refused(netns);
    await netns.ip(...add);
    await refused(netns);
    expect(misses(cookie).get(TABLE)).toBe(3 * SENDS);
  });
});

async function refused(netns: Netns): Promise<void> {
  expect((await send(netns, "udp", { to: NOWHERE, count: SENDS })).errors).toEqual({ ENETUNREACH: SENDS });
}

/** By table, lowest first. */
function misses(cookie: bigint): Map<number, number> {
  const { netns, kind, family, error, first: table, count } = session.counters();
  const found: [number, number][] = [];
  for (const [at, of] of netns.entries()) {
    if (of !== cookie || kind[at] !== 0 || family[at] !== 0 || error[at] !== EAGAIN) continue;
    found.push([table[at] ?? 0, Number(count[at])]);
  }
  return new Map(found.sort(([one], [other]) => one - other));
}
