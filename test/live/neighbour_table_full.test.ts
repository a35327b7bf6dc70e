// A full table of neighbours, which all namespaces share: what the kernel refuses is counted, against the kernel's own
// account. Entries that wait for an answer hold their place, so a link on which nobody answers fills the table.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { linkVeth } from "../support/networks/netns.js";
import { becomeQuiet, createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { neighbourStatistic } from "../support/truth/neighbour_statistics.js";
import { total, value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

/** More than the table has room for. */
const N = 23;
/** A table with more room than this takes too long to fill. */
const MOST = 8192;
const SLOW_MS = 600_000;

const FAMILIES = [
  { family: "ipv4", at: (host: number) => `10.88.${host >> 8}.${host & 255}` },
  { family: "ipv6", at: (host: number) => `fd88::${host.toString(16)}` },
] as const;
type Family = (typeof FAMILIES)[number];

const limit = ({ family }: Family) => Number(readFileSync(`/proc/sys/net/${family}/neigh/default/gc_thresh3`, "utf8"));

let daemon: DaemonProcess;
let pair: Pair;

beforeAll(async () => {
  daemon = await startBackend();
  pair = await createPair();
  const { host, peer } = pair;
  await linkVeth(
    { netns: host, device: "slow", addresses: ["10.88.255.1/16", "fd88::ffff/64"] },
    { netns: peer, device: "slow-peer" },
  );
  for (const version of [4, 6]) await host.sysctl({ [`net.ipv${version}.neigh.slow.retrans_time_ms`]: SLOW_MS });
  await becomeQuiet([host, peer]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await pair?.remove();
  await daemon?.stop();
});

const refused = ({ family }: Family) => neighbourStatistic(family, "table_fulls");

describe.each(FAMILIES)("$family", (family) => {
  test.skipIf(limit(family) > MOST)(
    `${N} packets more than the table has room for: what the kernel refuses is counted, and each lost packet`,
    async () => {
      const { host } = pair;
      const labels = { family: family.family };
      const before = { refused: refused(family), samples: await daemon.scrape() };
      expect(value(before.samples, "tablesnoop_neighbour_table_full_total", labels)).toBe(before.refused);

      const hosts = Array.from({ length: limit(family) + N }, (_, index) => family.at(index + 1));
      // Bash tells of each packet it could not send, on which nothing hangs.
      const script = hosts.map((to) => `echo >/dev/udp/${to}/7003`).join("\n");
      await host.exec("bash", ["-s"], { input: `exec 2>/dev/null\n${script}\ntrue\n` });
      const { stdout } = await host.exec("ip", ["neigh", "show", "dev", "slow", "nud", "incomplete"]);
      const waiting = stdout
        .split("\n")
        .filter((line) => line.includes(family.family === "ipv4" ? "10.88." : "fd88::"));
      const kernel = refused(family) - before.refused;
      // The table lost a place to each packet that waits; the neighbours' solicitations of IPv6 need places too.
      expect(hosts.length - waiting.length).toBeGreaterThanOrEqual(N);
      expect(kernel).toBeGreaterThanOrEqual(hosts.length - waiting.length);
      if (family.family === "ipv4") expect(kernel).toBe(hosts.length - waiting.length);

      const after = await waitUntil("the scrape and the kernel's account are of one moment", async () => {
        const samples = await daemon.scrape();
        return value(samples, "tablesnoop_neighbour_table_full_total", labels) === refused(family) && samples;
      });
      const entries = value(after, "tablesnoop_neighbour_entries", labels) ?? 0;
      expect(entries).toBeGreaterThanOrEqual(0.9 * limit(family));
      const lost = { ...labels, netns: host.name, reason: "neigh_createfail" };
      expect(total(after, "tablesnoop_drops_total", lost) - total(before.samples, "tablesnoop_drops_total", lost)).toBe(
        kernel,
      );
      await host.ip("link set slow down", "link set slow up");
      if (family.family === "ipv4") await host.ip("addr add fd88::ffff/64 dev slow nodad");
    },
  );
});
