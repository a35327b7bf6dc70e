// A large router: a thousand namespaces with four thousand devices between them, all known and none left out.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadAddon, SESSION_OPTIONS } from "../support/addon.js";
import { startBackend } from "../support/backend.js";
import { createManyNetns, type ManyNetns } from "../support/networks/many_netns.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { IS_SMALL } from "../support/pace.js";
import { type Sample, value } from "../support/truth/scrape.js";

const NAMESPACES = 1000;
const DEVICES = 4000;
/** What a scrape may take by Prometheus' default. */
const SCRAPE_MS = 10_000;

describe(`${NAMESPACES} namespaces and ${DEVICES} devices`, () => {
  let base: Netns | undefined;
  let many: ManyNetns | undefined;
  let names: readonly string[] = [];

  beforeAll(async () => {
    if (IS_SMALL) return;
    base = await createNetns("large");
    many = await createManyNetns(base, NAMESPACES, DEVICES / 2);
    names = many.names;
  }, 60_000);

  afterAll(async () => {
    await many?.[Symbol.asyncDispose]();
    await base?.remove();
  }, 60_000);

  beforeEach((context) => {
    if (IS_SMALL) context.skip("TABLESNOOP_SMALL is set: this machine is too small");
  });

  test("the daemon shows every namespace, and omits nothing", async () => {
    await using daemon = await startBackend();
    const begin = performance.now();
    const samples = await daemon.scrape();
    const took = performance.now() - begin;
    console.log(`scrape of ${samples.length} samples: ${took.toFixed(0)} ms`);

    expect(value(samples, "tablesnoop_inventory_omitted")).toBe(0);
    expect(missingFrom(samples, "tablesnoop_netns_info", names)).toEqual([]);
    expect(missingFrom(samples, "tablesnoop_no_route_total", names)).toEqual([]);
    expect(took).toBeLessThan(SCRAPE_MS);
  });

  test("the inventory has every device, under its name and in its namespace", () => {
    const session = new (loadAddon().Session)(SESSION_OPTIONS);
    try {
      const { netns, devices, omitted } = session.inventory();
      expect(omitted).toBe(0);
      expect(netns.length).toBeGreaterThanOrEqual(NAMESPACES);
      const placed = new Map(devices.map(({ name, netns: cookie }) => [name, cookie]));
      const pairs = Array.from({ length: DEVICES / 2 }, (_, at) => at + 1);
      expect(pairs.filter((pair) => !placed.has(`v${pair}`) || !placed.has(`w${pair}`))).toEqual([]);
      // A ring: the peer of one namespace's device lies where the next pair begins.
      expect(pairs.slice(0, -1).filter((pair) => placed.get(`w${pair}`) !== placed.get(`v${pair + 1}`))).toEqual([]);
      expect(new Set(pairs.map((pair) => placed.get(`v${pair}`))).size).toBe(NAMESPACES);
    } finally {
      session.close();
    }
  });
});

function missingFrom(samples: readonly Sample[], metric: string, names: readonly string[]): string[] {
  const shown = new Set(samples.filter(({ name }) => name === metric).map(({ labels: { netns } }) => netns));
  return names.filter((name) => !shown.has(name));
}
