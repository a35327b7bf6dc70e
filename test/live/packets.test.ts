// tablesnoop_packets_total and tablesnoop_ip_errors_total are the kernel's own account: the same numbers as /proc/net inside
// each namespace.

import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { createLine, type Line } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { send } from "../support/traffic/send.js";
import { readMib } from "../support/truth/mib.js";

const PACKETS = 23;
const PARTS = ["a", "r", "b"] as const;
const UNASKED = ["ipv4 too_big"];

type Account = Readonly<Record<string, number>>;

let daemon: DaemonProcess;
let line: Line;

beforeAll(async () => {
  daemon = await startBackend();
  line = await createLine();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await line?.remove();
  await daemon?.stop();
});

/** Keys as "ipv4 forwarded" and "ipv6 header". */
async function shown(netns: Netns): Promise<Account> {
  const samples = await daemon.scrape();
  return Object.fromEntries(
    samples
      .filter(({ name }) => name === "tablesnoop_packets_total" || name === "tablesnoop_ip_errors_total")
      .filter(({ labels }) => labels["netns"] === netns.name)
      .map(({ labels, value }) => [`${labels["family"]} ${labels["path"] ?? labels["reason"]}`, value] as const)
      .filter(([key]) => !UNASKED.includes(key)),
  );
}

/** What the daemon shows of the router, once that is what the kernel says: it may send a report of its own in between. */
async function agreed(): Promise<Account> {
  for (const end = performance.now() + 10_000 * PATIENCE; ; ) {
    const [daemons, kernels] = [await shown(line.r), await readMib(line.r)];
    if (isDeepStrictEqual(daemons, kernels)) return daemons;
    if (performance.now() > end) expect(daemons).toEqual(kernels);
  }
}

/** What rose in the router while `act` went on, by what the daemon shows; which is what the kernel says before and after. */
async function rises(act: () => Promise<unknown>): Promise<Account> {
  const before = await agreed();
  await act();
  const after = await agreed();
  return Object.fromEntries(Object.entries(after).map(([key, value]) => [key, value - (before[key] ?? 0)]));
}

async function sendThrough(from: Netns, count = PACKETS, size?: number): Promise<void> {
  for (const to of [line.address.b.ipv4, line.address.b.ipv6]) {
    const options = { to, count, ...(size === undefined ? {} : { size }) };
    expect((await send(from, "udp", options)).sent).toBe(count);
  }
}

test.each(PARTS)("before anything happens, the account of %s is the kernel's", async (part) => {
  expect(await shown(line[part])).toEqual(await readMib(line[part]));
});

test("packets that are forwarded are counted as that, in each family", async () => {
  const risen = await rises(() => sendThrough(line.a));
  // The answers that nobody listens at that port may come back as well.
  expect(risen["ipv4 forwarded"]).toBeGreaterThanOrEqual(PACKETS);
  expect(risen["ipv6 forwarded"]).toBeGreaterThanOrEqual(PACKETS);
  expect(risen["ipv4 delivered"]).toBe(0);
});

test("what the router sends itself is sent, and delivered at the other end", async () => {
  const before = await shown(line.b);
  const risen = await rises(() => sendThrough(line.r));
  const after = await shown(line.b);
  expect(risen["ipv4 sent"]).toBe(PACKETS);
  expect(risen["ipv6 sent"]).toBeGreaterThanOrEqual(PACKETS);
  expect((after["ipv4 delivered"] ?? 0) - (before["ipv4 delivered"] ?? 0)).toBe(PACKETS);
});

test("packets whose hop limit ends here are header errors", async () => {
  await line.a.sysctl({ "net.ipv4.ip_default_ttl": 1, "net.ipv6.conf.a-r.hop_limit": 1 });
  try {
    const risen = await rises(() => sendThrough(line.a));
    expect(risen).toMatchObject({ "ipv4 header": PACKETS, "ipv6 header": PACKETS, "ipv4 forwarded": 0 });
  } finally {
    await line.a.sysctl({ "net.ipv4.ip_default_ttl": 64, "net.ipv6.conf.a-r.hop_limit": 64 });
  }
});

test("packets for others are address errors while forwarding is off", async () => {
  await line.r.sysctl({ "net.ipv4.ip_forward": 0, "net.ipv6.conf.all.forwarding": 0 });
  try {
    const risen = await rises(() => sendThrough(line.a));
    expect(risen).toMatchObject({ "ipv4 address": PACKETS, "ipv6 address": PACKETS });
  } finally {
    await line.r.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
  }
});

test("packets whose sender is not reached that way are refused by a strict rp_filter", async () => {
  await line.a.ip("address add 203.0.113.9/32 dev lo");
  await line.r.sysctl({ "net.ipv4.conf.all.rp_filter": 1 });
  try {
    const spoofed = { to: line.address.b.ipv4, from: "203.0.113.9", count: PACKETS };
    const risen = await rises(() => send(line.a, "udp", spoofed));
    expect(risen).toMatchObject({ "ipv4 rp_filter": PACKETS, "ipv4 forwarded": 0 });
    expect(risen).not.toHaveProperty("ipv6 rp_filter");
  } finally {
    await line.r.sysctl({ "net.ipv4.conf.all.rp_filter": 0 });
  }
});

test("packets that are too big for the next link are counted as the kernel counts them", async () => {
  await line.r.ip("link set r-b mtu 1300");
  const risen = await rises(() => sendThrough(line.a, 1, 1400));
  expect(risen).toMatchObject({ "ipv4 fragmentation": 1, "ipv6 too_big": 1, "ipv6 fragmentation": 1 });
});
