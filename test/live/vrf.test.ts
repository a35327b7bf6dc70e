// Two tenants with the same addresses behind one router, each in a VRF: tables are called by the VRF's name, what one
// tenant sends is never counted as the other's, and rule lookups show the VRF's table though the rule itself has none.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAMILIES, type Family } from "../../daemon/fib/lookup.js";
import { seesRules, startBackend } from "../support/backend.js";
import { openLines } from "../support/lines.js";
import { createNetns, linkVeth, type Netns } from "../support/networks/netns.js";
import { becomeQuiet } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { CommandError } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { netnsCookie, send } from "../support/traffic/send.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { ruleGrowth, ruleKey } from "../support/truth/rule_truth.js";
import type { Sample } from "../support/truth/scrape.js";

const SENDS = { red: 23, blue: 41 } as const;
const TABLES = { red: 1010, blue: 1020 } as const;
type Tenant = keyof typeof SENDS;
const TENANTS = ["red", "blue"] as const;
const ROUTER = { ipv4: "10.66.1.1", ipv6: "fd66:1::1" } as const;
const HOST = { ipv4: "10.66.1.2", ipv6: "fd66:1::2" } as const;
const BEYOND = { ipv4: "10.66.2.9", ipv6: "fd66:2::9" } as const;
const NOWHERE = { ipv4: "10.67.9.9", ipv6: "fd67:9::9" } as const;

let daemon: DaemonProcess;
let router: Netns;
let hosts: Readonly<Record<Tenant, Netns>>;
let missing = "";

beforeAll(async () => {
  const netns = [await createNetns("router"), await createNetns("red"), await createNetns("blue")] as const;
  router = netns[0];
  hosts = { red: netns[1], blue: netns[2] };
  await router.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
  missing = await makeVrfs();
  if (missing) return;
  for (const tenant of TENANTS) await connect(tenant);
  await becomeQuiet(netns);
  daemon = await startBackend();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  for (const netns of [router, ...Object.values(hosts ?? {})]) await netns?.remove();
});

describe.each(FAMILIES)("%s", (family) => {
  test.for(TENANTS)("packets of tenant %s are looked up in the VRF's table, by its name", async (tenant, context) => {
    if (missing) context.skip(missing);
    const [before, after] = await around(() =>
      send(hosts[tenant], "udp", { to: BEYOND[family], count: SENDS[tenant] }),
    );
    const growth = routeGrowth(before, after, router.name);
    expect(growth[keyOf(family, tenant, `${tenant}-out`, "found")]).toBe(SENDS[tenant]);
    expect(Object.keys(growth).filter((key) => key.includes(other(tenant)) || key.includes(" main "))).toEqual([]);
  });

  test.for(TENANTS)("what finds no route in the VRF of %s is a failure of its table", async (tenant, context) => {
    if (missing) context.skip(missing);
    const [before, after] = await around(() => ask(tenant, NOWHERE[family]));
    const growth = routeGrowth(before, after, router.name);
    // The default route of a VRF is one that rejects: no tenant falls through to the router's own table.
    expect(growth[keyOf(family, tenant, "", "unreachable")]).toBe(SENDS[tenant]);
    expect(Object.keys(growth).filter((key) => key.includes(other(tenant)))).toEqual([]);
  });

  test.for(TENANTS)(
    "rule lookups for %s are decided by the l3mdev rule, with the VRF's table",
    async (tenant, context) => {
      if (!seesRules) context.skip("rule lookups need the trampoline backend");
      if (missing) context.skip(missing);
      const [before, after] = await around(() => ask(tenant, BEYOND[family]));
      const found = { priority: "1000", action: "to_table", table: tenant, result: "found" };
      expect(ruleGrowth(before, after, router.name)).toEqual({ [ruleKey(family, found)]: SENDS[tenant] });
    },
  );
});

test("a line of such a rule lookup says l3mdev, and the table that was meant", async (context) => {
  if (!seesRules) context.skip("rule lookups need the trampoline backend");
  if (missing) context.skip(missing);
  const cookie = await netnsCookie(router);
  using lines = openLines({ kinds: ["rule"], families: FAMILIES, cookie });
  for (const tenant of TENANTS) {
    const ping = () => router.exec("ip", ["route", "get", BEYOND.ipv4, "vrf", tenant]);
    // The kernel turns an oif that is a VRF into a table before it asks the rules.
    const flow = `netns: ${cookie} iif: lo oif: - dscp: 0 rule4: src: 0.0.0.0  dst: ${BEYOND.ipv4} `;
    expect(await lines.during(router, ping)).toEqual([`${flow}--> pref: 1000 table: ${TABLES[tenant]} l3mdev`]);
  }
});

/** Says why there are none. */
async function makeVrfs(): Promise<string> {
  for (const tenant of TENANTS) {
    try {
      await router.ip(`link add ${tenant} type vrf table ${TABLES[tenant]}`, `link set ${tenant} up`);
    } catch (error) {
      if (error instanceof CommandError && error.stderr.includes("Unknown device type"))
        return "this kernel has no VRF";
      throw error;
    }
  }
  return "";
}

/** A link to the tenant's host, and another way out; the same addresses for both tenants. */
async function connect(tenant: Tenant): Promise<void> {
  await router.ip(
    ...[`link add ${tenant}-out type dummy`, `link set ${tenant}-out master ${tenant}`, `link set ${tenant}-out up`],
    ...["10.66.2.1/24", "fd66:2::1/64 nodad"].map((address) => `addr add ${address} dev ${tenant}-out`),
    // A neighbour the router has to make on the way costs a lookup of its own.
    `neigh add ${BEYOND.ipv4} lladdr 02:00:00:00:00:02 dev ${tenant}-out nud permanent`,
    ...[`route add unreachable default metric 4278198272 table ${TABLES[tenant]}`],
    ...[`route add unreachable ::/0 metric 4278198272 table ${TABLES[tenant]}`],
  );
  await linkVeth(
    { netns: router, device: `${tenant}-in`, addresses: withLength(ROUTER) },
    { netns: hosts[tenant], device: "out", addresses: withLength(HOST) },
  );
  // Addresses of IPv6 do not survive the move into a VRF.
  await router.ip(
    `link set ${tenant}-in master ${tenant}`,
    `addr replace ${ROUTER.ipv6}/64 dev ${tenant}-in nodad`,
    `neigh replace ${HOST.ipv4} lladdr 02:00:00:00:00:01 dev ${tenant}-in nud permanent`,
  );
  await hosts[tenant].ip(`route add default via ${ROUTER.ipv4}`, `route add default via ${ROUTER.ipv6}`);
}

function ask(tenant: Tenant, to: string) {
  const input = `route get ${to} vrf ${tenant}\n`.repeat(SENDS[tenant]);
  return router.exec("ip", ["-force", "-batch", "-"], { input }).catch((error: unknown) => {
    if (to === BEYOND.ipv4 || to === BEYOND.ipv6) throw error;
  });
}

async function around(act: () => Promise<unknown>): Promise<[Sample[], Sample[]]> {
  const before = await daemon.scrape();
  await act();
  return [before, await daemon.scrape()];
}

function other(tenant: Tenant): Tenant {
  return tenant === "red" ? "blue" : "red";
}

function withLength(address: Readonly<Record<Family, string>>): string[] {
  return [`${address.ipv4}/24`, `${address.ipv6}/64`];
}
