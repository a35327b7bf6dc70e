// Watched routes, in a daemon that runs in a namespace of the test's: what `ip route` makes there is in the very next scrape.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FAMILIES, type Family } from "../../daemon/fib/lookup.js";
import { BACKEND } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import type { Background } from "../support/processes/background.js";
import { CommandError } from "../support/processes/command.js";
import { builtIn, spawnDaemon } from "../support/processes/daemon_process.js";
import { ask, listening } from "../support/processes/protected_daemon.js";
import { parseExposition } from "../support/truth/scrape.js";

const METRIC = "tablesnoop_watched_route";
const OWN_TABLE = 500;
const RULED_TABLE = 600;
const VRF_TABLE = 1010;
const PREFIX = { ipv4: "198.51.100.0/24", ipv6: "2001:db8:51::/48" } as const;
const SHORTER = { ipv4: "198.51.0.0/16", ipv6: "2001:db8::/32" } as const;
const LONGER = { ipv4: "198.51.100.0/25", ipv6: "2001:db8:51::/64" } as const;
const DEFAULT = { ipv4: "0.0.0.0/0", ipv6: "::/0" } as const;
/** Neighbours on d0 and d1. */
const GATEWAYS = { ipv4: ["10.95.0.2", "10.95.1.2"], ipv6: ["fd95::2", "fd95:1::2"] } as const;
const FLAG = { ipv4: "-4", ipv6: "-6" } as const;

let folder: string;
let netns: Netns;
let daemon: Background;
let address = "";
let noVrf = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tablesnoop-watched-"));
  netns = await createNetns("watched");
  // Nobody is at the other ends, and nothing is ever sent.
  for (const device of ["d0", "d1"]) await netns.ip(`link add ${device} type veth peer name ${device}p`);
  noVrf = await makeVrf();
  const watches = FAMILIES.flatMap((family) => {
    const prefix = PREFIX[family];
    const own = [prefix, `${prefix}@main`, `${prefix}@${OWN_TABLE}`, DEFAULT[family]];
    return noVrf === "" ? [...own, `${prefix}@red`] : own;
  });
  const flags = watches.map((watch) => `--watch-route=${watch}`);
  const listen = `--web.listen-address=unix:${join(folder, "socket")}`;
  const common = [`--probe=${BACKEND}`, "--web.disable-exporter-metrics", listen];
  daemon = await spawnDaemon([...common, ...flags], undefined, builtIn(netns));
  [address = ""] = await listening(daemon, 1);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await netns?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Both links up with their addresses, and no route or rule of a test's. */
beforeEach(async () => {
  for (const at of [0, 1]) await netns.ip(`link set d${at}p up`, `link set d${at} down`, `link set d${at} up`);
  for (const at of [0, 1]) {
    const inside = at === 0 ? "" : `:${at}`;
    await netns.ip(
      `address replace 10.95.${at}.1/24 dev d${at}`,
      `address replace fd95${inside}::1/64 dev d${at} nodad`,
    );
  }
  for (const family of FAMILIES) {
    for (const table of ["main", OWN_TABLE, RULED_TABLE, VRF_TABLE]) {
      const flush = ["route", "flush", "table", String(table), "proto", "boot"];
      await netns.exec("ip", [FLAG[family], ...flush]).catch(emptyTable);
    }
  }
});

function emptyTable(error: unknown): void {
  if (!(error instanceof CommandError && error.stderr.includes("does not exist"))) throw error;
}

async function makeVrf(): Promise<string> {
  try {
    await netns.ip(`link add red type vrf table ${VRF_TABLE}`, "link set red up");
    await netns.ip(
      "link add d2 type veth peer name d2p",
      "link set d2 master red",
      "link set d2p up",
      "link set d2 up",
    );
    return "";
  } catch (error) {
    if (error instanceof CommandError && error.stderr.includes("Unknown device type")) return "this kernel has no VRF";
    throw error;
  }
}

/** Of a prefix in the one series it has now: table, egress and value. */
async function watched(prefix: string, table?: string): Promise<string> {
  const { body } = await ask(address, "/metrics");
  const rows = parseExposition(body).filter(({ name, labels }) => name === METRIC && labels["prefix"] === prefix);
  const found = rows.filter(({ labels }) => table === undefined || labels["table"] === table);
  if (found.length !== 1) throw new Error(`${found.length} series of ${prefix} in ${table ?? "one table"}`);
  const [{ labels, value }] = found as [(typeof found)[number]];
  return `${labels["table"]} ${labels["egress"]} ${value}`;
}

describe.each(FAMILIES)("%s", (family: Family) => {
  const prefix = PREFIX[family];
  const [first, second] = GATEWAYS[family];
  const route = (...words: readonly (string | number)[]) =>
    netns.exec("ip", [FLAG[family], "route", ...words.map(String)]);
  const main = () => watched(prefix, "main");

  test("a route that comes and goes is in the next scrape", async () => {
    expect(await main()).toBe("main  0");
    for (const device of ["d0", "d1"]) {
      const gateway = device === "d0" ? first : second;
      await route("add", prefix, "via", gateway);
      expect(await main()).toBe(`main ${device} 1`);
      await route("delete", prefix);
      expect(await main()).toBe("main  0");
    }
    await route("add", prefix, "via", first);
    await route("replace", prefix, "via", second);
    expect(await main()).toBe("main d1 1");
  });

  test("a shorter route is no answer, a longer one is", async () => {
    await route("add", prefix, "via", first);
    await route("add", SHORTER[family], "via", second);
    expect(await main()).toBe("main d0 1");
    await route("delete", prefix);
    expect(await main()).toBe("main  0");
    await route("add", LONGER[family], "via", second);
    expect(await main()).toBe("main d1 1");
  });

  test.each(["unreachable", "prohibit", "blackhole", "throw"])(
    "a route that rejects is no answer: %s",
    async (type) => {
      await route("add", SHORTER[family], "via", first);
      await route("add", prefix, "via", first, "metric", 2000);
      expect(await main()).toBe("main d0 1");
      await route("add", type, prefix, "metric", 10);
      expect(await main()).toBe("main  0");
      await route("delete", type, prefix, "metric", 10);
      expect(await main()).toBe("main d0 1");
      await route("add", type, prefix, "table", OWN_TABLE);
      expect(await watched(prefix, String(OWN_TABLE))).toBe(`${OWN_TABLE}  0`);
    },
  );

  test("a route goes with its link", async () => {
    await route("add", prefix, "via", first);
    await route("add", prefix, "via", second, "table", OWN_TABLE);
    expect(await main()).toBe("main d0 1");
    expect(await watched(prefix, String(OWN_TABLE))).toBe(`${OWN_TABLE} d1 1`);
    await netns.ip("link set d0 down");
    expect(await main()).toBe("main  0");
    await netns.ip("link set d1 down");
    expect(await watched(prefix, String(OWN_TABLE))).toBe(`${OWN_TABLE}  0`);
  });

  test("several nexthops are multipath, and the one that is left is named", async () => {
    for (const table of ["main", String(OWN_TABLE)]) {
      await route("add", prefix, "table", table, "nexthop", "via", first, "nexthop", "via", second);
      expect(await watched(prefix, table)).toBe(`${table} multipath 1`);
    }
    await netns.ip("link set d0 down");
    for (const table of ["main", String(OWN_TABLE)]) expect(await watched(prefix, table)).toBe(`${table} d1 1`);
  });

  test("a default route of any length is an answer to the whole", async () => {
    expect(await watched(DEFAULT[family])).toBe("main  0");
    await route("add", "default", "via", first);
    expect(await watched(DEFAULT[family])).toBe("main d0 1");
    await route("delete", "default");
    expect(await watched(DEFAULT[family])).toBe("main  0");
  });

  test("a table that no rule leads to answers for itself alone", async () => {
    await route("add", prefix, "via", first, "table", OWN_TABLE);
    expect(await watched(prefix, String(OWN_TABLE))).toBe(`${OWN_TABLE} d0 1`);
    expect(await main()).toBe("main  0");
    await route("add", prefix, "via", second, "metric", 5);
    expect(await main()).toBe("main d1 1");
    await route("replace", SHORTER[family], "via", second, "table", OWN_TABLE);
    await route("delete", prefix, "table", OWN_TABLE);
    expect(await watched(prefix, String(OWN_TABLE))).toBe(`${OWN_TABLE}  0`);
  });

  test("without a table the rules decide, and a rule that comes or goes is in the next scrape", async () => {
    const rule = (verb: string) =>
      netns.exec("ip", [FLAG[family], "rule", verb, "pref", "90", "table", `${RULED_TABLE}`]);
    await route("add", prefix, "via", first);
    await route("add", prefix, "via", second, "table", RULED_TABLE);
    expect(await main()).toBe("main d0 1");
    await rule("add");
    try {
      expect(await watched(prefix, String(RULED_TABLE))).toBe(`${RULED_TABLE} d1 1`);
      // Which is not hidden by it.
      expect(await main()).toBe("main d0 1");
    } finally {
      await rule("delete");
    }
    await expect(watched(prefix, String(RULED_TABLE))).rejects.toThrow("0 series");
    expect(await main()).toBe("main d0 1");
  });

  test("a VRF answers by its own table", async (context) => {
    if (noVrf) context.skip(noVrf);
    expect(await watched(prefix, "red")).toBe("red  0");
    await route("add", prefix, "via", first);
    expect(await watched(prefix, "red")).toBe("red  0");
    await route("add", prefix, "dev", "d2", "table", VRF_TABLE);
    expect(await watched(prefix, "red")).toBe("red d2 1");
    await route("replace", "unreachable", "default", "metric", 4278198272, "table", VRF_TABLE);
    await route("delete", prefix, "table", VRF_TABLE);
    expect(await watched(prefix, "red")).toBe("red  0");
    expect(await main()).toBe("main d0 1");
  });
});

test("a table that nobody knows is an error of the start, in one line", async () => {
  const listen = `--web.listen-address=unix:${join(folder, "other")}`;
  await using other = await spawnDaemon([`--probe=${BACKEND}`, listen, "--watch-route=::/0@nosuch"]);
  await expect.poll(() => other.exit()?.code, { timeout: 20_000 * PATIENCE }).toBe(1);
  expect(other.stderr()).toContain(
    "tablesnoopd: watch the route ::/0@nosuch: no table is called nosuch; name a number",
  );
});
