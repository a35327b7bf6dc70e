// Which egress a route with several nexthops shows: the one really taken where the backend can tell, else "multipath",
// and never a guess. What was really taken, the devices' own packet counts tell.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectsNexthop, startBackend } from "../support/backend.js";
import { linkVeth, type Netns } from "../support/networks/netns.js";
import { becomeQuiet, createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { send } from "../support/traffic/send.js";
import { type Growth, keyOf, routeGrowth, sumOf } from "../support/truth/growth.js";

const SENDS = 23;
const DESTINATIONS = 5;
const DEVICES = ["host-peer", "host-two"] as const;

interface Route {
  readonly name: string;
  /** One egress, and the kernel says so before it chooses. */
  readonly isExact: boolean;
  commands(prefix: string, via: Gateways): readonly string[];
}

type Gateways = Readonly<Record<(typeof DEVICES)[number], string>>;

const ROUTES: readonly Route[] = [
  {
    name: "a route with two nexthops",
    isExact: false,
    commands: (prefix, via) => [
      `route add ${prefix} ${DEVICES.map((device) => `nexthop via ${via[device]} dev ${device}`).join(" ")}`,
    ],
  },
  {
    name: "a group of nexthop objects",
    isExact: false,
    commands: (prefix, via) => [
      ...DEVICES.map((device, at) => `nexthop add id ${at + 1} via ${via[device]} dev ${device}`),
      "nexthop add id 10 group 1/2",
      `route add ${prefix} nhid 10`,
    ],
  },
  {
    name: "one nexthop object that is in no group",
    isExact: true,
    commands: (prefix, via) => [`nexthop add id 3 via ${via["host-two"]} dev host-two`, `route add ${prefix} nhid 3`],
  },
  {
    name: "one nexthop object that is also in a group",
    isExact: false,
    commands: (prefix, via) => [
      `nexthop add id 4 via ${via["host-two"]} dev host-two`,
      "nexthop add id 11 group 4",
      `route add ${prefix} nhid 4`,
    ],
  },
  {
    name: "a route with one nexthop",
    isExact: true,
    commands: (prefix, via) => [`route add ${prefix} via ${via["host-two"]} dev host-two`],
  },
];

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await startBackend();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
});

describe.each(["ipv4", "ipv6"] as const)("%s", (family) => {
  let pair: Pair;
  let via: Gateways;

  beforeAll(async () => {
    pair = await createPair();
    const second = { host: onLink(pair.address.host[family], 2), peer: onLink(pair.address.peer[family], 2) };
    const length = family === "ipv4" ? 24 : 64;
    await linkVeth(
      { netns: pair.host, device: "host-two", addresses: [`${second.host}/${length}`] },
      { netns: pair.peer, device: "peer-two", addresses: [`${second.peer}/${length}`] },
    );
    await becomeQuiet([pair.host, pair.peer]);
    via = { "host-peer": pair.address.peer[family], "host-two": second.peer };
  });

  afterAll(async () => {
    await pair?.remove();
  });

  test.each(ROUTES.map((route, at) => ({ ...route, link: 50 + at })))("$name", async ({ link, isExact, commands }) => {
    const target = onLink(pair.address.host[family], link);
    const prefix = family === "ipv4" ? target.replace(/\d+$/, "0/24") : target.replace(/\d+$/, "/64");
    await pair.host.ip(...commands(prefix, via));
    // The peer takes the packets without a word: an ICMP error would cause lookups of its own.
    await pair.peer.ip(`route add blackhole ${prefix}`);
    const [before, sentBefore] = [await daemon.scrape(), await packetsSent(pair.host)];
    for (let at = 1; at <= DESTINATIONS; at += 1) {
      const to = target.replace(/\d+$/, String(10 + at));
      expect((await send(pair.host, "udp", { to, count: SENDS })).sent).toBe(SENDS);
    }
    const [after, sentAfter] = [await daemon.scrape(), await packetsSent(pair.host)];

    const taken = DEVICES.map((device, at) => [device, (sentAfter[at] ?? 0) - (sentBefore[at] ?? 0)] as const);
    const shown = isExact || selectsNexthop ? taken : [["multipath", SENDS * DESTINATIONS] as const];
    const found = shown.filter(([, count]) => count > 0);
    const growth: Growth = Object.fromEntries(found.map(([egress, n]) => [keyOf(family, "main", egress, "found"), n]));
    expect(sumOf(growth)).toBe(SENDS * DESTINATIONS);
    expect(routeGrowth(before, after, pair.host.name)).toEqual({
      ...growth,
      ...(family === "ipv6" && { [keyOf(family, "local", "", "no_route")]: SENDS * DESTINATIONS }),
    });
  });
});

/** The address with this number as its link. */
function onLink(address: string, link: number): string {
  return address.replace(/1(\.|::)(\d+)$/, `${link}$1$2`);
}

/** In the order of DEVICES. */
async function packetsSent(netns: Netns): Promise<number[]> {
  const { stdout } = await netns.exec("cat", ["/proc/self/net/dev"]);
  return DEVICES.map((device) => {
    const columns = new RegExp(`^ *${device}: *(.*)$`, "m").exec(stdout)?.[1]?.split(/ +/);
    return Number(columns?.[9]);
  });
}
