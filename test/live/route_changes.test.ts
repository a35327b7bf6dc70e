// Changes of routes in the daemon's own namespace, which a test made for it: each is counted once, also those the kernel
// tells nobody of, and a destination that fails names the route it had.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAMILIES, type Family } from "../../daemon/fib/lookup.js";
import type { ChangesAnswer } from "../../daemon/wire/change.js";
import { BACKEND } from "../support/backend.js";
import { ipOf, prefixes } from "../support/networks/ip_routes.js";
import { becomeQuiet, createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { TABLESNOOP } from "../support/processes/built_programs.js";
import { causesOf } from "../support/processes/causes_of.js";
import { builtIn, spawnDaemon } from "../support/processes/daemon_process.js";
import { heardLines } from "../support/processes/heard_lines.js";
import { ask, listening } from "../support/processes/protected_daemon.js";
import { send } from "../support/traffic/send.js";
import { parseExposition, type Sample, value } from "../support/truth/scrape.js";

const CHANGES = 23;
const BURST = process.env["TABLESNOOP_SMALL"] === undefined ? 20_000 : 2000;
/** More notices than find room while nobody reads (bpf/kinds/change/notices.h). */
const TOO_MANY = 30_000;
const CHANGED = "tablesnoop_route_changes_total";
const WAIT = { timeout: 20_000 * PATIENCE, interval: 100 };

let pair: Pair;
let daemon: Background;
let address: string;
let folder: string;

beforeAll(async () => {
  pair = await createPair();
  // Nobody is at the other end, and nothing is ever sent.
  await pair.host.ip("link add d0 type veth peer name d1", "link set d1 up", "link set d0 up");
  await pair.host.ip("address add 10.98.0.1/24 dev d0", "address add fd98::1/64 dev d0 nodad");
  folder = await mkdtemp(join(tmpdir(), "route-changes-"));
  const flags = [`--probe=${BACKEND}`, "--web.enable-stream", `--web.listen-address=unix:${folder}/socket`];
  daemon = await spawnDaemon(flags, undefined, builtIn(pair.host));
  [address = ""] = await listening(daemon, 1);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await pair?.remove();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

function ip(family: Family, ...lines: string[]): Promise<void> {
  return ipOf(pair.host, family, ...lines);
}

async function scrape(): Promise<Sample[]> {
  return parseExposition((await ask(address, "/metrics")).body);
}

/** Added, replaced and removed routes of a table, by what put them there. */
async function counts(family: Family, table: string, protocol: string): Promise<number[]> {
  const samples = await scrape();
  const labels = { netns: pair.host.name, family, table, protocol };
  return ["added", "replaced", "removed"].map((change) => value(samples, CHANGED, { ...labels, change }) ?? 0);
}

async function newest(limit: number): Promise<ChangesAnswer["changes"]> {
  const answer = JSON.parse((await ask(address, `/api/changes?limit=${limit}`)).body) as ChangesAnswer;
  expect(answer.prefixesShown).toBe(true);
  return answer.changes;
}

describe.each(FAMILIES)("%s", (family) => {
  const [via, other] = family === "ipv4" ? ["10.98.0.2", "10.98.0.3"] : ["fd98::2", "fd98::3"];

  test(`${CHANGES} routes that are added, replaced and removed are counted so`, async () => {
    const routes = prefixes(family, CHANGES);
    await ip(family, ...routes.map((prefix) => `route add ${prefix} via ${via} table 7777 proto bird`));
    await expect.poll(() => counts(family, "7777", "bird"), WAIT).toEqual([CHANGES, 0, 0]);
    await ip(family, ...routes.map((prefix) => `route replace ${prefix} via ${other} table 7777 proto bird`));
    await expect.poll(() => counts(family, "7777", "bird"), WAIT).toEqual([CHANGES, CHANGES, 0]);
    await ip(family, ...routes.slice(1).map((prefix) => `route delete ${prefix} table 7777`));
    await expect.poll(() => counts(family, "7777", "bird"), WAIT).toEqual([CHANGES, CHANGES, CHANGES - 1]);
    const [last] = await newest(1);
    expect(last).toMatchObject({
      ...{ change: "removed", told: true, netns: pair.host.name, family, table: "7777", prefix: routes.at(-1) },
      ...{ via: other, device: "d0", protocol: "bird", type: "unicast", nexthops: 1 },
    });
    expect(Math.abs(Date.parse(last?.time ?? "") - Date.now())).toBeLessThan(60_000);
    await ip(family, `route flush table 7777`);
    await expect.poll(() => counts(family, "7777", "bird"), WAIT).toEqual([CHANGES, CHANGES, CHANGES]);
  });

  test("a second route of a prefix is counted although the kernel does not use it", async () => {
    const [prefix] = prefixes(family, 1);
    await ip(family, `route add ${prefix} via ${via} table 7778 proto bgp metric 10`);
    await ip(family, `route add ${prefix} via ${other} table 7778 proto bgp metric 20`);
    await ip(family, `route delete ${prefix} table 7778 metric 20`, `route delete ${prefix} table 7778 metric 10`);
    await expect.poll(() => counts(family, "7778", "bgp"), WAIT).toEqual([2, 0, 2]);
  });

  test("a destination that fails names the removed route it had, the longest one", async () => {
    const [nowhere, long, short] =
      family === "ipv4"
        ? ["198.51.100.7", "198.51.100.0/24", "198.51.0.0/16"]
        : ["2001:db8:5:7::7", "2001:db8:5:7::/64", "2001:db8:5::/48"];
    const gateway = pair.address.peer[family];
    await ip(family, `route add ${long} via ${gateway} proto bird`, `route add ${short} via ${gateway} proto static`);
    await ip(family, `route delete ${long}`, `route delete ${short}`);
    expect((await send(pair.host, "udp", { to: nowhere, count: CHANGES })).errors).toEqual({ ENETUNREACH: CHANGES });
    await expect
      .poll(() => causesOf(address, nowhere), WAIT)
      .toEqual([
        {
          ...{ prefix: long, via: gateway, device: "host-peer", protocol: "bird", table: "main" },
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        },
      ]);
  });
});

describe("lines", () => {
  const lines = (count: number, flags: readonly string[], act: () => Promise<unknown>) =>
    heardLines(address, ["--kind", "change", ...flags], count, act);

  test("tell of each change, and of no other table's where one is asked for", async () => {
    const said = await lines(3, ["--table", "7780"], () =>
      ip(
        "ipv4",
        "route add 10.97.1.0/24 via 10.98.0.2 table 7780 proto bird",
        "route add 10.97.1.0/24 via 10.98.0.2 table 7781 proto bird",
        "route replace 10.97.1.0/24 via 10.98.0.3 table 7780 proto 77",
        "route delete 10.97.1.0/24 table 7780",
      ),
    );
    expect(said).toEqual([
      "change4: dst: 10.97.1.0/24 table: 7780 via: 10.98.0.2 dev: d0 protocol: bird --> added",
      "change4: dst: 10.97.1.0/24 table: 7780 via: 10.98.0.3 dev: d0 protocol: 77 --> replaced",
      "change4: dst: 10.97.1.0/24 table: 7780 via: 10.98.0.3 dev: d0 protocol: 77 --> removed",
    ]);
  });

  test("are JSON too, and leave out other destinations than those asked for", async () => {
    const [said = ""] = await lines(1, ["--json", "--dst", "fd97:1::/32"], () =>
      ip("ipv6", "route add fd97:1::/48 via fd98::2 metric 7", "route add fd97:2::/48 via fd98::2"),
    );
    expect(JSON.parse(said)).toMatchObject({
      ...{ kind: "change", family: "ipv6", netns: { name: pair.host.name, inode: pair.host.inode } },
      ...{ prefix: "fd97:1::/48", table: { id: 254, name: "main" }, via: "fd98::2", device: "d0", nexthops: 1 },
      ...{ protocol: "boot", type: "unicast", metric: 7, change: "added" },
    });
    await ip("ipv6", "route delete fd97:1::/48", "route delete fd97:2::/48");
  });

  test("come from probes of the command's own as well", { timeout: 60_000 * PATIENCE }, async () => {
    const command = [TABLESNOOP, `--probe=${BACKEND}`, "--kind", "change"];
    const inside = [`--net=${pair.host.path}`, "--", process.execPath, ...command];
    await using listener = await startBackground("nsenter", inside);
    // Nothing says when it hears: each round is a change more.
    await expect
      .poll(async () => {
        await ip("ipv4", "route replace 10.97.2.0/24 via 10.98.0.2 proto bgp", "route delete 10.97.2.0/24");
        return listener.stdout();
      }, WAIT)
      .toContain("change4: dst: 10.97.2.0/24 table: 254 via: 10.98.0.2 dev: d0 protocol: bgp --> removed\n");
  });
});

test(
  `${BURST} routes loaded and withdrawn at once are counted to the last, and leave no memory behind`,
  async () => {
    const memory = async () => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${daemon.pid}/status`, "utf8"))?.[1]);
    const routes = Array.from({ length: BURST }, (_, at) => `11.${at >> 16}.${(at >> 8) & 255}.${at & 255}/32`);
    const before = await memory();
    await ip("ipv4", ...routes.map((prefix) => `route add ${prefix} via 10.98.0.2 table 7779 proto bird`));
    await expect.poll(() => counts("ipv4", "7779", "bird"), WAIT).toEqual([BURST, 0, 0]);
    await ip("ipv4", ...routes.map((prefix) => `route delete ${prefix} table 7779`));
    await expect.poll(() => counts("ipv4", "7779", "bird"), WAIT).toEqual([BURST, 0, BURST]);
    expect(await newest(4096)).toHaveLength(4096);
    expect((await memory()) - before).toBeLessThan(64 * 1024);
  },
  60_000 * PATIENCE,
);

test(
  "notices that find no room are told as lost, and what they were about is found in the tables",
  async () => {
    const lost = async () => value(await scrape(), "tablesnoop_read_errors_total", { source: "changes" }) ?? 0;
    const before = await lost();
    const routes = Array.from({ length: TOO_MANY }, (_, at) => `12.${at >> 16}.${(at >> 8) & 255}.${at & 255}/32`);
    process.kill(daemon.pid, "SIGSTOP");
    try {
      await ip("ipv4", ...routes.map((prefix) => `route add ${prefix} via 10.98.0.2 table 7780 proto babel`));
    } finally {
      process.kill(daemon.pid, "SIGCONT");
    }
    await expect.poll(() => counts("ipv4", "7780", "babel"), WAIT).toEqual([TOO_MANY, 0, 0]);
    expect(await lost()).toBeGreaterThan(before);
    await ip("ipv4", ...routes.map((prefix) => `route delete ${prefix} table 7780`));
    await expect.poll(() => counts("ipv4", "7780", "babel"), WAIT).toEqual([TOO_MANY, 0, TOO_MANY]);
  },
  60_000 * PATIENCE,
);

test("IPv4 routes that go with their link are told although the kernel says nothing", async () => {
  await ip("ipv4", ...prefixes("ipv4", CHANGES).map((prefix) => `route add ${prefix} via 10.98.0.2 proto ospf`));
  await ip("ipv6", ...prefixes("ipv6", CHANGES).map((prefix) => `route add ${prefix} via fd98::2 proto ospf`));
  await pair.host.ip("link set d0 down");
  for (const family of FAMILIES) {
    await expect.poll(() => counts(family, "main", "ospf"), WAIT).toEqual([CHANGES, 0, CHANGES]);
  }
  const gone = (await newest(200)).filter(({ protocol, change }) => protocol === "ospf" && change === "removed");
  expect(gone).toHaveLength(2 * CHANGES);
  expect(gone.filter(({ family, told }) => told === (family === "ipv6"))).toHaveLength(2 * CHANGES);
});

test("IPv4 routes that go with a nexthop object are told too", async () => {
  await pair.host.ip("link set d0 up");
  // A nexthop object is refused until the link is.
  await becomeQuiet([pair.host]);
  await pair.host.ip("nexthop add id 7 via 10.98.0.2 dev d0");
  await pair.host.ip("route add 10.99.1.0/24 nhid 7 proto isis", "nexthop delete id 7");
  await expect.poll(() => counts("ipv4", "main", "isis"), WAIT).toEqual([1, 0, 1]);
});
