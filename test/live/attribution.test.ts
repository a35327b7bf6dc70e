// A miss belongs to the namespace whose table was asked, whatever task happens to run: the router's for packets it
// received, the socket's for sends.

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missNetnsExact, startBackend } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { createLine, createPair, type Line, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { CommandError } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { send } from "../support/traffic/send.js";
import { countTraced, startGroundTruth, type TracedLookup } from "../support/truth/ground_truth.js";
import { failuresOf, type Growth, keyOf, routeGrowth, sumOf, tracedGrowth } from "../support/truth/growth.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const FAMILIES = ["ipv4", "ipv6"] as const;
const MISS_IN_LOCAL = keyOf("ipv6", "local", "", "no_route");
const MISS_IN_MAIN = keyOf("ipv4", "main", "", "no_route");
const PORT = 7003;

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await startBackend();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
});

interface Observed {
  readonly traced: readonly TracedLookup[];
  readonly growthOf: (netns: Netns) => Growth;
}

/** What the kernel looked up and what the daemon counted while `act` ran. */
async function observe(prefixes: readonly string[], act: () => Promise<unknown>): Promise<Observed> {
  const truth = await startGroundTruth(prefixes);
  const before = await daemon.scrape();
  await act();
  const after = await daemon.scrape();
  return { traced: await truth.stop(), growthOf: (netns) => routeGrowth(before, after, netns.name) };
}

describe("A - R - B", () => {
  let line: Line;

  beforeAll(async () => {
    line = await createLine();
  });

  afterAll(async () => {
    await line?.remove();
  });

  test("misses of packets on their way through R belong to R", async () => {
    const { traced, growthOf } = await observe(line.prefixes, async () => {
      for (const family of FAMILIES) await send(line.a, "udp", { to: line.address.nowhere[family], count: SENDS });
    });

    // A has default routes: all it misses is IPv6's first look into the table local, once for each send.
    expect(failuresOf(growthOf(line.a))).toEqual({ [MISS_IN_LOCAL]: SENDS });
    expect(failuresOf(growthOf(line.b))).toEqual({});
    const failures = tracedGrowth(traced.filter(({ error }) => error !== 0));
    expect(failuresOf(growthOf(line.r))).toEqual({
      ...failures,
      [MISS_IN_LOCAL]: (failures[MISS_IN_LOCAL] ?? 0) - SENDS,
    });
    for (const family of FAMILIES) {
      expect(failures[keyOf(family, "main", "", "no_route")]).toBeGreaterThanOrEqual(SENDS);
    }
  });

  test("what was found is counted where its device is", async () => {
    const { traced, growthOf } = await observe(line.prefixes, async () => {
      for (const family of FAMILIES) await send(line.a, "ping", { to: line.address.b[family], count: SENDS });
    });

    const devices = new Map<Netns, readonly string[]>([
      [line.a, ["a-r"]],
      [line.r, ["r-a", "r-b"]],
      [line.b, ["b-r"]],
    ]);
    for (const [netns, names] of devices) {
      const own = tracedGrowth(traced.filter(({ device }) => names.includes(device)));
      const found = Object.entries(growthOf(netns)).filter(([key]) => key.endsWith(" found"));
      expect(Object.fromEntries(found)).toEqual(own);
      expect(sumOf(own)).toBeGreaterThanOrEqual(2 * SENDS);
    }
  });

  test("misses of sockets in R belong to R", async () => {
    const { traced, growthOf } = await observe(line.prefixes, async () => {
      for (const family of FAMILIES) await send(line.r, "udp", { to: line.address.nowhere[family], count: SENDS });
    });

    expect(growthOf(line.r)).toEqual(tracedGrowth(traced));
    expect(growthOf(line.a)).toEqual({});
    expect(growthOf(line.b)).toEqual({});
  });

  test("misses of packets written to a tun device belong to the device's namespace", async (context) => {
    if (!existsSync("/dev/net/tun")) context.skip("this kernel has no /dev/net/tun");
    const from = tunSources(line);
    await line.r.ip(
      "tuntap add dev tun-r mode tun",
      ...FAMILIES.map((family) => `addr add ${from[family]}/${family === "ipv4" ? 24 : 64} dev tun-r nodad`),
      "link set tun-r up",
    );
    const { traced, growthOf } = await observe(line.prefixes, async () => {
      for (const family of FAMILIES) {
        const sent = await send(line.b, "tun", {
          to: line.address.nowhere[family],
          from: from[family].replace(/1$/, "2"),
          count: SENDS,
          device: "tun-r",
          deviceNetns: line.r,
        });
        expect(sent.sent).toBe(SENDS);
      }
    });

    const missed = traced.filter(({ destination }) => destination.endsWith("7"));
    expect(countTraced(missed, { family: "ipv4", error: 11 })).toBeGreaterThanOrEqual(SENDS);
    expect(failuresOf(growthOf(line.r))).toEqual(tracedGrowth(traced.filter(({ error }) => error !== 0)));
    expect(growthOf(line.a)).toEqual({});
    expect(growthOf(line.b)).toEqual({});
  });

  test("misses of the reverse path filter, for which it drops packets, belong to the receiving namespace", async (context) => {
    if (!existsSync("/dev/net/tun")) context.skip("this kernel has no /dev/net/tun");
    await line.r.ip("tuntap add dev tun-f mode tun", "addr add 192.0.2.1/24 dev tun-f", "link set tun-f up");
    await line.r.sysctl({ "net.ipv4.conf.tun-f.rp_filter": 1 });
    const from = "203.0.113.7";
    const { traced, growthOf } = await observe([`${from}/32`], async () => {
      const target = { to: line.address.b.ipv4, from, device: "tun-f", deviceNetns: line.r };
      expect((await send(line.b, "tun", { ...target, count: SENDS })).sent).toBe(SENDS);
    });

    expect(countTraced(traced, { family: "ipv4", error: 11 })).toBe(SENDS);
    expect(failuresOf(growthOf(line.r))).toEqual({ [MISS_IN_MAIN]: SENDS });
    expect(growthOf(line.b)).toEqual({});
  });

  test("misses in a table, after which the packet is found in another, belong to R", async () => {
    await line.r.ip("rule add pref 100 to 198.51.100.0/24 lookup 100");
    const { traced, growthOf } = await observe(line.prefixes, async () => {
      await send(line.a, "ping", { to: line.address.b.ipv4, count: SENDS });
    });

    const missed = tracedGrowth(traced.filter(({ family, error }) => family === "ipv4" && error !== 0));
    // The packet's own way and the way back to its sender, there and back.
    expect(missed[keyOf("ipv4", "local", "", "no_route")]).toBeGreaterThanOrEqual(2 * SENDS);
    const ofR = Object.entries(failuresOf(growthOf(line.r))).filter(([key]) => key.startsWith("ipv4"));
    expect(Object.fromEntries(ofR)).toEqual(missed);
  });
  test("misses of packets that find no route in any of several tables belong to R", async () => {
    await line.r.ip("rule add pref 200 to 0.0.0.0/0 lookup 100", "route add 198.51.100.0/24 dev r-b table 100");
    await line.r.ip("route add prohibit 203.0.113.0/24");
    const { traced, growthOf } = await observe([...line.prefixes, "203.0.113.0/24"], async () => {
      for (const to of [line.address.nowhere.ipv4, "203.0.113.9"]) await send(line.a, "udp", { to, count: SENDS });
    });

    const missed = tracedGrowth(traced.filter(({ family, error }) => family === "ipv4" && error !== 0));
    for (const key of [
      keyOf("ipv4", "local", "", "no_route"),
      keyOf("ipv4", "100", "", "no_route"),
      MISS_IN_MAIN,
      keyOf("ipv4", "main", "", "prohibit"),
    ]) {
      expect(missed[key]).toBeGreaterThanOrEqual(SENDS);
    }
    const ofR = Object.entries(failuresOf(growthOf(line.r))).filter(([key]) => key.startsWith("ipv4"));
    expect(Object.fromEntries(ofR)).toEqual(missed);
  });
});

/** An address of R on a link of its own. */
function tunSources({ address }: Line) {
  return { ipv4: address.ra.ipv4.replace(/1\.2$/, "3.1"), ipv6: address.ra.ipv6.replace(/1::2$/, "3::1") };
}

describe("a host and its peer", () => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await createPair();
  });

  afterAll(async () => {
    await pair?.remove();
  });

  test("a task that moved to another namespace still asks the tables of its socket's", async () => {
    const { traced, growthOf } = await observe(pair.prefixes, async () => {
      for (const family of FAMILIES) {
        const sent = await send(pair.host, "udp", {
          to: pair.address.nowhere[family],
          count: SENDS,
          thenNetns: pair.peer,
        });
        expect(sent.errors).toEqual({ ENETUNREACH: SENDS });
      }
    });

    expect(countTraced(traced, { family: "ipv4", error: 11 })).toBe(SENDS);
    expect(growthOf(pair.host)).toEqual(tracedGrowth(traced));
    expect(growthOf(pair.peer)).toEqual({});
  });

  test("misses of a TCP retransmission, which no task or packet causes, are unknown unless the table tells", {
    timeout: 60_000 * PATIENCE,
  }, async () => {
    const to = pair.address.peer.ipv4;
    const link = to.replace(/\d+$/, "0/24");
    await using server = await runNode(
      pair.peer,
      `
      net.createServer((socket) => socket.resume()).listen(${PORT}, () => console.log("ready"));`,
    );
    await server.waitFor("stdout", /ready/, { timeoutMs: 10_000 * PATIENCE });
    await using client = await runNode(
      pair.host,
      `
      const socket = net.connect(${PORT}, "${to}", () => console.log("connected"));
      process.stdin.resume().on("end", () => socket.write("data that cannot leave"));`,
    );
    await client.waitFor("stdout", /connected/, { timeoutMs: 10_000 * PATIENCE });

    const truth = await startGroundTruth([`${to}/32`]);
    const before = await daemon.scrape();
    const missed = async (netns: string) => routeGrowth(before, await daemon.scrape(), netns)[MISS_IN_MAIN] ?? 0;
    await pair.host.ip(`route del ${link} dev host-peer`);
    client.closeInput();
    await waitUntil(
      "the timer has asked in vain a few times",
      async () => (await missed(missNetnsExact ? pair.host.name : "unknown")) >= 3,
      { timeoutMs: 15_000 * PATIENCE },
    );
    await pair.host.ip(`route add ${link} dev host-peer`);
    const [ofHost, ofUnknown] = [await missed(pair.host.name), await missed("unknown")];
    const all = countTraced(await truth.stop(), { error: 11 });

    expect(all).toBeGreaterThanOrEqual(3);
    if (missNetnsExact) expect(ofHost).toBe(all);
    // The rest of the machine has timers as well.
    else expect(ofHost + ofUnknown).toBeGreaterThanOrEqual(all);
    // Only what the writing task asked itself may be the host's.
    if (!missNetnsExact) expect(ofHost).toBeLessThanOrEqual(1);
    expect(await missed(pair.peer.name)).toBe(0);
  });

  test("misses of packets received by a macvlan device belong to the namespace it was moved to", async (context) => {
    await using inner = await createNetns("inner");
    await inner.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
    const gateway = { ipv4: sibling(pair.address.peer.ipv4), ipv6: sibling(pair.address.peer.ipv6) };
    const mac = "02:74:73:0f:00:01";
    const made = await addMacvlan(pair.peer, inner, mac);
    if (!made) context.skip("this kernel has no macvlan devices");
    await inner.ip(
      `addr add ${gateway.ipv4}/24 dev mv0`,
      `addr add ${gateway.ipv6}/64 dev mv0 nodad`,
      "link set mv0 up",
    );
    await pair.host.ip(
      ...FAMILIES.flatMap((family) => [
        `neigh add ${gateway[family]} lladdr ${mac} dev host-peer nud permanent`,
        `route add ${pair.address.nowhere[family]} via ${gateway[family]}`,
      ]),
    );
    const { traced, growthOf } = await observe(pair.prefixes, async () => {
      for (const family of FAMILIES) {
        expect((await send(pair.host, "udp", { to: pair.address.nowhere[family], count: SENDS })).sent).toBe(SENDS);
      }
    });

    expect(failuresOf(growthOf(pair.host))).toEqual({ [MISS_IN_LOCAL]: SENDS });
    expect(failuresOf(growthOf(pair.peer))).toEqual({});
    const failures = tracedGrowth(traced.filter(({ error }) => error !== 0));
    expect(failuresOf(growthOf(inner))).toEqual({
      ...failures,
      [MISS_IN_LOCAL]: (failures[MISS_IN_LOCAL] ?? 0) - SENDS,
    });
    expect(failures[keyOf("ipv4", "main", "", "no_route")]).toBeGreaterThanOrEqual(SENDS);
  });
});

function runNode(netns: Netns, program: string): Promise<Background> {
  const args = [`--net=${netns.path}`, process.execPath, "-e", `const net = require("node:net"); ${program}`];
  return startBackground("nsenter", args);
}

function sibling(address: string): string {
  return address.replace(/2$/, "9");
}

/** False if the kernel has no such device. */
async function addMacvlan(parent: Netns, inner: Netns, mac: string): Promise<boolean> {
  try {
    await parent.ip(`link add link peer-host name mv0 address ${mac} netns ${inner.name} type macvlan mode bridge`);
    return true;
  } catch (error) {
    if (error instanceof CommandError && /Unknown device type|not supported/i.test(error.stderr)) return false;
    throw error;
  }
}
