// Names are those of the moment of the scrape: renamed devices, namespaces that come, go and come again under the same
// name, namespaces without any; and what is gone leaves no series and no counter behind.

import { readlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createNetns } from "../support/networks/netns.js";
import { createPair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { startBackground } from "../support/processes/background.js";
import { runCommand } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { netnsCookie, send, startSink } from "../support/traffic/send.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { total, value } from "../support/truth/scrape.js";

const SENDS = 23;
const PORT = 7002;
const ROUTES = "tablesnoop_route_lookups_total";
const MISSED = keyOf("ipv4", "main", "", "no_route");
const NOWHERE = "203.0.113.9";

describe("with the daemon's own expiry", () => {
  let daemon: DaemonProcess;

  beforeAll(async () => {
    daemon = await startBackend();
  }, 60_000 * PATIENCE);

  afterAll(async () => {
    await daemon?.stop();
  });

  test("a device renamed between sends has its new name at the next scrape, and lookups stay where they were", async () => {
    await using pair = await createPair();
    await using _sink = await startSink(pair.peer, PORT);
    const to = { to: pair.address.peer.ipv4, port: PORT, count: SENDS };
    const first = await daemon.scrape();
    await send(pair.host, "udp", to);
    const second = await daemon.scrape();
    // Since 6.2 a device may stay up meanwhile.
    await pair.host
      .ip("link set host-peer name renamed")
      .catch(() => pair.host.ip("link set host-peer down", "link set host-peer name renamed", "link set renamed up"));
    await send(pair.host, "udp", to);
    const third = await daemon.scrape();

    expect(routeGrowth(first, second, pair.host.name)[keyOf("ipv4", "main", "host-peer", "found")]).toBe(SENDS);
    expect(routeGrowth(second, third, pair.host.name)[keyOf("ipv4", "main", "renamed", "found")]).toBe(SENDS);
    expect(routeGrowth(second, third, pair.host.name)[keyOf("ipv4", "main", "host-peer", "found")]).toBeUndefined();
  });

  test("a namespace made after the daemon's start is known at the next scrape, by name, cookie and inode", async () => {
    await using netns = await createNetns("late");
    await send(netns, "udp", { to: NOWHERE, count: SENDS });
    const samples = await daemon.scrape();

    expect(value(samples, ROUTES, { netns: netns.name, family: "ipv4", table: "main", result: "no_route" })).toBe(
      SENDS,
    );
    const identity = { cookie: String(await netnsCookie(netns)), inode: String(netns.inode) };
    expect(value(samples, "tablesnoop_netns_info", { netns: netns.name, ...identity })).toBe(1);
  });

  test("two namespaces that bear the same name one after the other are two", async () => {
    await using first = await createNetns("twice");
    await send(first, "udp", { to: NOWHERE, count: SENDS });
    const old = { name: first.name, cookie: await netnsCookie(first) };
    const before = await daemon.scrape();
    await first.remove();
    await runCommand("ip", ["netns", "add", old.name]);
    await runCommand("ip", ["-n", old.name, "link", "set", "lo", "up"]);
    await send(first, "udp", { to: NOWHERE, count: SENDS });
    const after = await daemon.scrape();

    expect(await netnsCookie(first)).not.toBe(old.cookie);
    expect(routeGrowth(before, after, old.name)[MISSED]).toBe(SENDS);
    const cookie = String(await netnsCookie(first));
    expect(value(after, "tablesnoop_netns_info", { netns: old.name, cookie })).toBe(1);
    expect(value(after, "tablesnoop_netns_info", { netns: old.name, cookie: String(old.cookie) })).toBeUndefined();
  });

  test("a namespace without a name is shown by its inode number", async () => {
    await using holder = await startBackground("unshare", [
      "-n",
      "sh",
      "-c",
      "ip link set lo up; echo ready; read end",
    ]);
    await holder.waitFor("stdout", /ready/, { timeoutMs: 5000 * PATIENCE });
    const inode = /\[(\d+)\]/.exec(readlinkSync(`/proc/${holder.pid}/ns/net`))?.[1] ?? "";
    const before = await daemon.scrape();
    await runCommand("nsenter", [`--net=/proc/${holder.pid}/ns/net`, "ip", "route", "get", NOWHERE]).catch(() => "");
    const after = await daemon.scrape();

    expect(value(after, "tablesnoop_netns_info", { netns: inode, inode })).toBe(1);
    expect(routeGrowth(before, after, inode)[MISSED]).toBe(1);
  });
});

test("--netns shows the namespaces it names and no others", { timeout: 60_000 * PATIENCE }, async () => {
  await using shown = await createNetns("shown");
  await using hidden = await createNetns("hidden");
  await using daemon = await startBackend([`--netns=${shown.name}`]);
  for (const netns of [shown, hidden]) await send(netns, "udp", { to: NOWHERE, count: SENDS });
  const samples = await daemon.scrape();

  expect(total(samples, ROUTES, { netns: shown.name, family: "ipv4", result: "no_route" })).toBe(SENDS);
  const names = new Set(samples.map(({ labels: { netns } }) => netns).filter((name) => name !== undefined));
  expect([...names]).toEqual([shown.name]);
});
