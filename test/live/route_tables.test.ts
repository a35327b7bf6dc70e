// Default routes by table and changes of routes, as `ip route` makes them; the size of the neighbour tables, as
// /proc tells it.

import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAMILIES, type Family } from "../../daemon/fib/lookup.js";
import { startBackend } from "../support/backend.js";
import { ipOf } from "../support/networks/ip_routes.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { total, value } from "../support/truth/scrape.js";

const CHANGES = 23;

let daemon: DaemonProcess;
let netns: Netns;

beforeAll(async () => {
  netns = await createNetns("tables");
  // Nobody is at the other end, and nothing is ever sent.
  await netns.ip("link add d0 type veth peer name d1", "link set d1 up", "link set d0 up");
  await netns.ip("address add 10.98.0.1/24 dev d0", "address add fd98::1/64 dev d0 nodad");
  daemon = await startBackend();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await netns?.remove();
});

const GATEWAY: Readonly<Record<Family, readonly [string, string]>> = {
  ipv4: ["10.98.0.2", "10.98.0.3"],
  ipv6: ["fd98::2", "fd98::3"],
};

async function defaults(family: Family, table: string): Promise<number | undefined> {
  return value(await daemon.scrape(), "tablesnoop_default_routes", { netns: netns.name, family, table });
}

async function changes(family: Family): Promise<number> {
  return total(await daemon.scrape(), "tablesnoop_fib_changes_total", { netns: netns.name, family });
}

describe.each(FAMILIES)("%s", (family) => {
  const ip = (...lines: string[]) => ipOf(netns, family, ...lines);
  const [first, second] = GATEWAY[family];

  test("a table is shown once it has a default route, and at 0 when it has lost it", async () => {
    expect(await defaults(family, "main")).toBeUndefined();
    await ip(`route add default via ${first} metric 10`);
    expect(await defaults(family, "main")).toBe(1);
    await ip(`route add default via ${second} metric 20`);
    expect(await defaults(family, "main")).toBe(2);
    await ip("route delete default metric 10", "route delete default metric 20");
    expect(await defaults(family, "main")).toBe(0);
  });

  test("a table of one's own is found, also one that comes later and one that shares its chain", async () => {
    await ip(`route add default via ${first} table 300`);
    expect(await defaults(family, "300")).toBe(1);
    await ip(`route add default via ${first} table 556`);
    expect(await defaults(family, "556")).toBe(1);
    // A second one, which is not in use: no number of the kernel's says that it came.
    await ip(`route add default via ${second} table 300 metric 4000`);
    expect(await defaults(family, "300")).toBe(2);
    await ip("route flush table 300");
    expect(await defaults(family, "300")).toBe(0);
    expect(await defaults(family, "556")).toBe(1);
  });

  test("several nexthops are one default route, and an unreachable one is none in IPv6", async () => {
    await ip(`route add default table 301 nexthop via ${first} nexthop via ${second}`);
    expect(await defaults(family, "301")).toBe(1);
    await ip("route add unreachable default table 302");
    expect(await defaults(family, "302")).toBe(family === "ipv4" ? 1 : undefined);
    await ip(`route add default via ${first} table 302 metric 5`);
    expect(await defaults(family, "302")).toBe(family === "ipv4" ? 2 : 1);
  });

  test("each change of a route is counted, in any table", async () => {
    const prefixes = Array.from({ length: CHANGES }, (_, at) =>
      family === "ipv4" ? `10.97.${at}.0/24` : `fd97:${at}::/32`,
    );
    const before = await changes(family);
    await ip(...prefixes.map((prefix) => `route add ${prefix} via ${first}`));
    expect((await changes(family)) - before).toBe(CHANGES);
    await ip(...prefixes.map((prefix) => `route add ${prefix} via ${first} table 303`));
    expect((await changes(family)) - before).toBe(2 * CHANGES);
    await ip(...prefixes.map((prefix) => `route delete ${prefix} table 303`));
    expect((await changes(family)) - before).toBe(3 * CHANGES);
    await ip(...prefixes.map((prefix) => `route replace ${prefix} via ${second}`));
    expect((await changes(family)) - before).toBe(4 * CHANGES);
  });

  test("the neighbour table has the entries and the room that /proc names", async () => {
    const file = family === "ipv4" ? "arp_cache" : "ndisc_cache";
    // Of all namespaces together: others may come and go meanwhile.
    await expect
      .poll(
        async () => {
          const samples = await daemon.scrape();
          const text = await readFile(`/proc/net/stat/${file}`, "utf8");
          const entries = Number.parseInt(text.split("\n")[1]?.split(/\s+/)[0] ?? "", 16);
          return (value(samples, "tablesnoop_neighbour_entries", { family }) ?? -1) - entries;
        },
        { timeout: 10_000 * PATIENCE },
      )
      .toBe(0);
    const limit = Number(await readFile(`/proc/sys/net/${family}/neigh/default/gc_thresh3`, "utf8"));
    expect(value(await daemon.scrape(), "tablesnoop_neighbour_entries_max", { family })).toBe(limit);
  });
});
