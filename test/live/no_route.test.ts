// tablesnoop_no_route_total is the kernel's own account: the same numbers as /proc/net inside each namespace.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { createLine, type Line } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { send } from "../support/traffic/send.js";
import { readNoRoute } from "../support/truth/mib.js";
import { type Sample, value } from "../support/truth/scrape.js";

const FORWARDED = 23;
const LOCAL = 101;

type Account = Readonly<Record<string, number | undefined>>;

let daemon: DaemonProcess;
let line: Line;

async function accounts(netns: Netns): Promise<{ shown: Account; kernel: Account }> {
  const [samples, kernel] = [await daemon.scrape(), await readNoRoute(netns)];
  return { shown: shownBy(samples, netns), kernel };
}

function shownBy(samples: readonly Sample[], netns: Netns): Account {
  const families = ["ipv4", "ipv6"].flatMap((family) => ["in", "out"].map((direction) => [family, direction] as const));
  return Object.fromEntries(
    families.map(([family, direction]) => [
      `${family} ${direction}`,
      value(samples, "tablesnoop_no_route_total", { netns: netns.name, family, direction }),
    ]),
  );
}

beforeAll(async () => {
  daemon = await startBackend();
  line = await createLine();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await line?.remove();
  await daemon?.stop();
});

const PARTS = ["a", "r", "b"] as const;

test.each(PARTS)("before any failure, the account of %s is the kernel's", async (part) => {
  const { shown, kernel } = await accounts(line[part]);
  expect(shown).toEqual(kernel);
});

describe("after 23 packets without a way on and 101 sends without a route, in each family", () => {
  // Multicast reports that a router cannot forward are counted as well, while the links come up.
  const before = new Map<string, Account>();

  beforeAll(async () => {
    for (const part of PARTS) before.set(part, (await accounts(line[part])).shown);
    for (const to of [line.address.nowhere.ipv4, line.address.nowhere.ipv6]) {
      expect((await send(line.a, "udp", { to, count: FORWARDED })).sent).toBe(FORWARDED);
      expect((await send(line.r, "udp", { to, count: LOCAL })).errors).toEqual({ ENETUNREACH: LOCAL });
    }
  });

  test("the router's account is the kernel's, and has them all", async () => {
    const { shown, kernel } = await accounts(line.r);
    expect(shown).toEqual(kernel);
    const grown = (key: string) => (shown[key] ?? 0) - (before.get("r")?.[key] ?? 0);
    expect(grown("ipv4 in")).toBe(FORWARDED);
    expect(grown("ipv6 in")).toBe(FORWARDED);
    expect(grown("ipv4 out")).toBeGreaterThanOrEqual(LOCAL);
    expect(grown("ipv6 out")).toBeGreaterThanOrEqual(LOCAL);
  });

  test.each(["a", "b"] as const)("the account of %s is the kernel's, and has none of them", async (part) => {
    const { shown, kernel } = await accounts(line[part]);
    expect(shown).toEqual(kernel);
    expect(shown).toEqual(before.get(part));
  });
});
