// With a full counter map a lookup is counted without detail. The choice among several nexthops that follows it is no
// lookup: it must not be counted as one.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Session } from "../../daemon/native/session.js";
import { loadAddon, SESSION_OPTIONS } from "../support/addon.js";
import { selectsNexthop } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { becomeQuiet } from "../support/networks/topology.js";
import { send } from "../support/traffic/send.js";

const SENDS = 23;
const DEVICES = ["left", "right"] as const;
const CASES = [
  { family: "ipv4", position: 0, addresses: ["10.72.1.1/24", "10.72.2.1/24"], prefix: "10.72.9.0/24", tables: 1 },
  // Table local is asked first.
  { family: "ipv6", position: 1, addresses: ["fd72:1::1/64", "fd72:2::1/64"], prefix: "fd72:9::/64", tables: 2 },
] as const;

let netns: Netns;

beforeAll(async () => {
  if (!selectsNexthop) return;
  netns = await createNetns("choices");
  // Dummies swallow what is sent, so no receiver makes lookups of its own.
  for (const [at, device] of DEVICES.entries()) {
    await netns.ip(
      `link add ${device} type dummy`,
      ...CASES.map(({ addresses }) => `addr add ${addresses[at]} dev ${device} nodad`),
      `link set ${device} up`,
    );
  }
  for (const { prefix, addresses } of CASES) {
    const nexthops = DEVICES.map((device, at) => `nexthop via ${addresses[at]?.replace(/1\/.*/, "2")} dev ${device}`);
    await netns.ip(`route add ${prefix} ${nexthops.join(" ")}`);
  }
  await becomeQuiet([netns]);
});

afterAll(async () => {
  await netns?.remove();
});

beforeEach((context) => {
  if (!selectsNexthop) context.skip("choices are seen by the trampoline backend only");
});

// By a session of our own: a scrape of the daemon would make lookups that find no room either.
test.each(CASES)(
  "$family lookups of a route with two nexthops overflow once each",
  async ({ position, prefix, tables }) => {
    const to = prefix.replace(/(0\/24|\/64)$/, "7");
    // Makes the neighbour, which asks table local once.
    await send(netns, "udp", { to, count: 1 });
    const session = new (loadAddon().Session)({ ...SESSION_OPTIONS, maxCounters: 1 });
    try {
      // Takes the only counter.
      await send(netns, "udp", { to: "10.72.1.9", count: 1 });
      const before = overflowOf(session, position);
      expect((await send(netns, "udp", { to, count: SENDS })).sent).toBe(SENDS);
      expect(overflowOf(session, position) - before).toBe(BigInt(SENDS * tables));
    } finally {
      session.close();
    }
  },
);

function overflowOf(session: Session, position: number): bigint {
  const { overflow } = session.counters();
  return overflow[position] ?? 0n;
}
