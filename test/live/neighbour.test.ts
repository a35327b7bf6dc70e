// Resolutions of neighbours by ARP and ND, and the packets that wait for them, against the kernel's own account: the states
// of its entries in each namespace, and res_failed of its two tables.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { linkVeth, type Netns } from "../support/networks/netns.js";
import { becomeQuiet, createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { startTablesnoop } from "../support/processes/tablesnoop_process.js";
import { send } from "../support/traffic/send.js";
import { execUndisturbed } from "../support/traffic/undisturbed.js";
import { neighbourStatistic } from "../support/truth/neighbour_statistics.js";
import { total, value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const N = 23;
/** Packets of one process, which take some failures long. */
const FLOOD = 100_000 / PATIENCE;
const FAMILIES = ["ipv4", "ipv6"] as const;
type Family = (typeof FAMILIES)[number];

/** Of entries that time out in the test, and of entries that stay incomplete until the test ends them. */
const QUICK_MS = 100;
const SLOW_MS = 600_000;
/** The kernel asks three times. */
const GIVEN_UP_MS = 5 * QUICK_MS;
const WAIT = { timeoutMs: 20_000 * PATIENCE };

const RESOLUTIONS = "tablesnoop_neighbour_resolutions_total";
const WAITING = "tablesnoop_neighbour_waiting_packets_total";

interface Account {
  readonly resolved: number;
  readonly failed: number;
  readonly waiting: number;
}

let daemon: DaemonProcess;
let pair: Pair;
/** Absent, N of them from 101 on; present but not known, N of them from 151 on; of the slow link from 201 on. */
let at: (family: Family, host: number) => string;

beforeAll(async () => {
  daemon = await startBackend();
  pair = await createPair();
  const { host, peer, address } = pair;
  at = (family, number) => address.host[family].replace(/1$/, String(number));
  await linkVeth(
    { netns: host, device: "slow", addresses: ["10.254.3.1/24", "fd74:fe:3::1/64"] },
    { netns: peer, device: "slow-peer" },
  );
  for (const netns of [host, peer]) {
    for (const version of [4, 6]) {
      const device = netns === host ? "host-peer" : "peer-host";
      await netns.sysctl({ [`net.ipv${version}.neigh.${device}.retrans_time_ms`]: QUICK_MS });
    }
  }
  for (const version of [4, 6]) await host.sysctl({ [`net.ipv${version}.neigh.slow.retrans_time_ms`]: SLOW_MS });
  await peer.ip(
    ...numbers(151).flatMap((number) => [
      `addr add ${at("ipv4", number)}/24 dev peer-host`,
      `addr add ${at("ipv6", number)}/64 dev peer-host nodad`,
    ]),
  );
  // Without a packet, the kernel asks from a link-local address or not at all.
  await host.ip("addr add fe80::1/64 dev host-peer nodad");
  await peer.ip("addr add fe80::2/64 dev peer-host nodad");
  await becomeQuiet([host, peer]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await pair?.remove();
  await daemon?.stop();
});

function numbers(from: number): number[] {
  return Array.from({ length: N }, (_, index) => from + index);
}

function slow(family: Family, number: number): string {
  return family === "ipv4" ? `10.254.3.${number}` : `fd74:fe:3::${number}`;
}

async function account(netns: Netns, device: string, family: Family): Promise<Account> {
  const samples = await daemon.scrape();
  const labels = { netns: netns.name, family, device };
  return {
    resolved: value(samples, RESOLUTIONS, { ...labels, result: "resolved" }) ?? 0,
    failed: value(samples, RESOLUTIONS, { ...labels, result: "failed" }) ?? 0,
    waiting: value(samples, WAITING, labels) ?? 0,
  };
}

/** What `act` adds, once the kernel has no entry of the device any more that is being resolved. */
async function grown(netns: Netns, device: string, family: Family, act: () => Promise<unknown>): Promise<Account> {
  const before = await account(netns, device, family);
  await act();
  await waitUntil("no neighbour is being resolved", async () => !(await entries(netns, device, "incomplete")), WAIT);
  const after = await account(netns, device, family);
  return {
    resolved: after.resolved - before.resolved,
    failed: after.failed - before.failed,
    waiting: after.waiting - before.waiting,
  };
}

/** How many entries of both families are in this state. */
async function entries(netns: Netns, device: string, state: string): Promise<number> {
  const { stdout } = await netns.exec("ip", ["neigh", "show", "dev", device, "nud", state]);
  return stdout.split("\n").filter((line) => line !== "").length;
}

/** One datagram to each, in one process. */
async function sendToEach(netns: Netns, addresses: readonly string[]): Promise<void> {
  const script = addresses.map((address) => `echo >/dev/udp/${address}/7003`);
  await execUndisturbed(netns, ["bash", "-c", script.join("\n")], GIVEN_UP_MS);
}

function addressesFrom(family: Family, number: number): string[] {
  return numbers(number).map((host) => at(family, host));
}

const resFailed = (family: Family) => neighbourStatistic(family, "res_failed");

/** That, and what is counted in all namespaces, at one moment. */
function bothAccounts(family: Family): Promise<{ kernel: number; counted: number }> {
  return waitUntil(
    "no resolution fails during a scrape",
    async () => {
      const kernel = resFailed(family);
      const counted = total(await daemon.scrape(), RESOLUTIONS, { family, result: "failed" });
      return resFailed(family) === kernel && { kernel, counted };
    },
    WAIT,
  );
}

describe.each(FAMILIES)("%s", (family) => {
  test(`a packet to each of ${N} absent neighbours: so many wait, and so many resolutions fail, as the kernel says`, async () => {
    const { host } = pair;
    const before = await bothAccounts(family);
    const growth = await grown(host, "host-peer", family, () => sendToEach(host, addressesFrom(family, 101)));
    expect(growth).toEqual({ resolved: 0, failed: N, waiting: N });
    const after = await bothAccounts(family);
    expect(after.kernel - before.kernel).toBeGreaterThanOrEqual(N);
    expect(after.counted - before.counted).toBe(after.kernel - before.kernel);
  });

  test(`${N} packets to one absent neighbour wait for the one resolution that fails`, async () => {
    const { host } = pair;
    const growth = await grown(host, "host-peer", family, () =>
      send(host, "ping", { to: at(family, 130), count: N, afterwardsMs: GIVEN_UP_MS }),
    );
    expect(growth).toEqual({ resolved: 0, failed: 1, waiting: N });
  });

  test("no failure and no waiting packet is missed while two processes flood an absent neighbour", async () => {
    const { host } = pair;
    const before = await bothAccounts(family);
    const packets = { to: at(family, 132), port: 7003, count: FLOOD, afterwardsMs: GIVEN_UP_MS };
    const flood = (cpu: number) => send(host, "udp", { ...packets, cpu });
    const growth = await grown(host, "host-peer", family, () => Promise.all([flood(0), flood(1)]));
    expect(growth).toMatchObject({ resolved: 0, waiting: 2 * FLOOD });
    expect(growth.failed).toBeGreaterThan(0);
    const after = await bothAccounts(family);
    expect(after.counted - before.counted).toBe(after.kernel - before.kernel);
  });

  test(`a packet to each of ${N} neighbours that answer: so many wait, and so many resolutions succeed`, async () => {
    const { host } = pair;
    const growth = await grown(host, "host-peer", family, () => sendToEach(host, addressesFrom(family, 151)));
    expect(growth).toEqual({ resolved: N, failed: 0, waiting: N });
  });

  test("to ask again for a known address is no resolution if it is answered, and a failure if it is not", async () => {
    const { host, peer } = pair;
    const to = at(family, 151);
    const probe = async (until: string) => {
      await execUndisturbed(host, ["ip", "neigh", "change", to, "dev", "host-peer", "nud", "probe"], GIVEN_UP_MS);
      await waitUntil(
        `${to} is ${until}`,
        async () => (await host.exec("ip", ["neigh", "get", to, "dev", "host-peer"])).stdout.includes(until),
        WAIT,
      );
    };
    expect(await grown(host, "host-peer", family, () => probe("REACHABLE"))).toMatchObject({ resolved: 0, failed: 0 });
    await peer.ip(`addr del ${to}/${family === "ipv4" ? 24 : 64} dev peer-host`);
    expect(await grown(host, "host-peer", family, () => probe("FAILED"))).toMatchObject({ resolved: 0, failed: 1 });
  });

  test("an admin ends a resolution either way, and the entries of a device that goes end in none", async () => {
    const { host } = pair;
    const growth = await grown(host, "slow", family, async () => {
      await sendToEach(
        host,
        [201, 202, 203, 204].map((number) => slow(family, number)),
      );
      expect(await entries(host, "slow", "incomplete")).toBe(4);
      await host.ip(
        `neigh del ${slow(family, 201)} dev slow`,
        `neigh change ${slow(family, 202)} dev slow nud failed`,
        `neigh replace ${slow(family, 203)} lladdr 02:00:00:00:00:03 dev slow nud reachable`,
        "link set slow down",
        "link set slow up",
      );
    });
    expect(growth).toEqual({ resolved: 1, failed: 2, waiting: 4 });
    if (family === "ipv4") await host.ip("addr add fd74:fe:3::1/64 dev slow nodad");
  });

  test("each namespace has its own", async () => {
    const { host, peer } = pair;
    const before = await account(host, "host-peer", family);
    const growth = await grown(peer, "peer-host", family, () => sendToEach(peer, addressesFrom(family, 101)));
    expect(growth).toEqual({ resolved: 0, failed: N, waiting: N });
    expect(await account(host, "host-peer", family)).toEqual(before);
  });

  test("the command shows each as a line", async () => {
    const { host, peer, address } = pair;
    const prefix = at(family, family === "ipv4" ? 0 : 1).replace(/1?$/, family === "ipv4" ? "/24" : "/64");
    const flags = ["--kind=neighbour", "--kind=route", "-x", "-vv", "--egress=host-peer", `--dst=${prefix}`];
    const tablesnoop = await startTablesnoop(flags, { netns: host, to: address.peer[family] }, { netns: host });
    try {
      const [present, absent] = [at(family, 170), at(family, 131)];
      await host.ip(`neigh del ${present} dev host-peer`);
      await sendToEach(host, [present, absent]);
      const lines = await waitUntil(
        "there are lines of both neighbours",
        () => {
          const found = tablesnoop.lines().filter((line) => line.includes(" neigh"));
          return found.length >= 2 && found;
        },
        WAIT,
      );
      const { stdout: link } = await peer
        .exec("cat", ["/sys/class/net/peer-host/address"])
        .catch(() => ({ stdout: "" }));
      const tag = family === "ipv4" ? "neigh4" : "neigh6";
      const mac = link.trim() === "" ? "[0-9a-f:]{17}" : link.trim();
      expect(lines).toEqual([
        expect.stringMatching(
          new RegExp(
            `^netns: \\d+ ${tag}: dst: ${present} dev: host-peer --> lladdr: ${mac} result: resolved probes: 1$`,
          ),
        ),
        expect.stringMatching(new RegExp(`^netns: \\d+ ${tag}: dst: ${absent} dev: host-peer result: failed$`)),
      ]);
    } finally {
      await tablesnoop.stop();
    }
  });
});
