// Changes of routes in other namespaces than the daemon's own: the probe counts and tells each of the route of a prefix that
// is in use, as the kernel's own sequence numbers do, and leaves the daemon's own namespace to rtnetlink.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAMILIES, type Family } from "../../daemon/fib/lookup.js";
import type { ChangesAnswer } from "../../daemon/wire/change.js";
import { BACKEND, seesFunctions } from "../support/backend.js";
import { ipOf, prefixes } from "../support/networks/ip_routes.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { becomeQuiet } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { causesOf } from "../support/processes/causes_of.js";
import { builtIn, spawnDaemon } from "../support/processes/daemon_process.js";
import { heardLines } from "../support/processes/heard_lines.js";
import { ask, listening } from "../support/processes/protected_daemon.js";
import { tablesnoopCommand } from "../support/processes/tablesnoop_process.js";
import { send } from "../support/traffic/send.js";
import { delta, parseExposition, type Sample, total } from "../support/truth/scrape.js";

const CHANGES = 23;
const COUNTED = "tablesnoop_route_changes_total";
const KERNEL_COUNTED = "tablesnoop_fib_changes_total";
const WAIT = { timeout: 20_000 * PATIENCE, interval: 100 };
const GATEWAYS: Readonly<Record<Family, readonly [string, string]>> = {
  ipv4: ["10.98.0.2", "10.98.0.3"],
  ipv6: ["fd98::2", "fd98::3"],
};

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

const reason = seesFunctions ? "" : "only trampolines see other namespaces";

let own: Netns;
let away: Netns;
let folder: string;
let daemon: Background;
let address: string;

beforeAll(async () => {
  [own, away] = [await createNetns("own"), await createNetns("away")];
  for (const netns of [own, away]) {
    // Nobody is at the other end, and nothing is ever sent.
    await netns.ip("link add d0 type veth peer name d1", "link set d1 up", "link set d0 up");
    await netns.ip("address add 10.98.0.1/24 dev d0", "address add fd98::1/64 dev d0 nodad");
  }
  await becomeQuiet([own, away]);
  folder = await mkdtemp(join(tmpdir(), "changes-elsewhere-"));
  const flags = [`--probe=${BACKEND}`, "--web.enable-stream", `--web.listen-address=unix:${folder}/socket`];
  daemon = await spawnDaemon(flags, undefined, builtIn(own));
  [address = ""] = await listening(daemon, 1);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await own?.remove();
  await away?.remove();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

async function scrape(): Promise<Sample[]> {
  return parseExposition((await ask(address, "/metrics")).body);
}

/** What `act` made of the namespace's routes, as [added, replaced, removed], and of the kernel's own number. */
async function risen(
  of: { readonly family: Family; readonly netns?: Netns; readonly table?: string; readonly protocol?: string },
  act: () => Promise<unknown>,
): Promise<{ counted: number[]; kernel: number }> {
  const { netns = away, family, ...rest } = of;
  const labels = { netns: netns.name, family };
  const before = await scrape();
  await act();
  const after = await scrape();
  return {
    counted: ["added", "replaced", "removed"].map((change) =>
      delta(before, after, COUNTED, { ...labels, ...rest, change }),
    ),
    kernel: delta(before, after, KERNEL_COUNTED, labels),
  };
}

const lines = (flags: readonly string[], count: number, act: () => Promise<unknown>) =>
  heardLines(address, ["--kind", "change", ...flags], count, act);

test("a backend that cannot see them says so, and still tells of the daemon's own namespace", async () => {
  const ready = (await ask(address, "/-/ready")).body.split("\n");
  expect(ready.filter((line) => line.startsWith("route changes"))).toEqual(
    seesFunctions
      ? []
      : ["route changes in other network namespaces are not counted: the kernel has no tracepoint for them"],
  );
  const add = () => own.ip("route add 10.96.0.0/24 via 10.98.0.2 proto bgp");
  await expect(lines([], 1, add)).resolves.toEqual([
    "change4: dst: 10.96.0.0/24 table: 254 via: 10.98.0.2 dev: d0 protocol: bgp --> added",
  ]);
  await own.ip("route delete 10.96.0.0/24");
  if (!seesFunctions) expect(total(await scrape(), COUNTED, { netns: away.name })).toBe(0);
});

describe.each(FAMILIES)("%s", (family) => {
  const [via, other] = GATEWAYS[family];
  const routes = prefixes(family, CHANGES);
  const ip = (...commands: string[]) => ipOf(away, family, ...commands);

  test(`${CHANGES} routes added and removed are counted so, by table and protocol, as the kernel does`, async (context) => {
    if (reason) context.skip(reason);
    const of = { family, table: "main", protocol: "static" };
    const added = await risen(of, () => ip(...routes.map((prefix) => `route add ${prefix} via ${via} proto static`)));
    expect(added).toEqual({ counted: [CHANGES, 0, 0], kernel: CHANGES });
    const removed = await risen(of, () => ip(...routes.map((prefix) => `route delete ${prefix}`)));
    expect(removed).toEqual({ counted: [0, 0, CHANGES], kernel: CHANGES });
    const elsewhere = await risen({ family, table: "7790", protocol: "77" }, () =>
      ip(`route add ${routes[0]} via ${via} table 7790 proto 77`),
    );
    expect(elsewhere).toEqual({ counted: [1, 0, 0], kernel: 1 });
  });

  test("whatever comes into use for a prefix is added, and a route that was not in use goes untold", async (context) => {
    if (reason) context.skip(reason);
    const [prefix] = routes;
    const of = { family, table: "7791", protocol: "bird" };
    const act = (command: string) => () => ip(`route ${command.replace("PREFIX", `${prefix} table 7791`)} proto bird`);
    const steps = [
      [`add PREFIX via ${via} metric 20`, [1, 0, 0]],
      [`replace PREFIX via ${other} metric 20`, [1, 0, 0]],
      [`add PREFIX via ${via} metric 10`, [1, 0, 0]],
      [`add PREFIX via ${via} metric 30`, [0, 0, 0]],
      [`delete PREFIX metric 30`, [0, 0, 0]],
      [`delete PREFIX metric 10`, [1, 0, 0]],
      [`delete PREFIX metric 20`, [0, 0, 1]],
    ] as const;
    for (const [command, counted] of steps) {
      const kernel = counted.reduce<number>((sum, count) => sum + count, 0);
      expect([command, await risen(of, act(command))]).toEqual([command, { counted: [...counted], kernel }]);
    }
  });

  test("routes that go with their link are told too", async (context) => {
    if (reason) context.skip(reason);
    const added = await risen({ family, protocol: "ospf" }, () =>
      ip(...routes.map((prefix) => `route add ${prefix} via ${via} proto ospf`)),
    );
    expect(added.counted).toEqual([CHANGES, 0, 0]);
    const before = await scrape();
    const within = ["--table", "main", "--dst", family === "ipv4" ? "10.100.0.0/16" : "fd97::/16"];
    try {
      const gone = await lines(["--json", ...within], CHANGES, () => away.ip("link set d0 down"));
      const after = await scrape();
      const labels = { netns: away.name, family };
      expect(delta(before, after, COUNTED, { ...labels, protocol: "ospf", change: "removed" })).toBe(CHANGES);
      // Others go with it: those of the link itself. IPv4's number rises for nexthops too.
      const [counted, kernel] = [COUNTED, KERNEL_COUNTED].map((name) => delta(before, after, name, labels));
      expect(counted).toBeGreaterThan(CHANGES);
      if (family === "ipv4") expect(kernel).toBeGreaterThan(counted ?? 0);
      else expect(kernel).toBe(counted);
      const told = gone.map((line) => JSON.parse(line));
      expect(told.map(({ prefix }) => prefix).sort()).toEqual([...routes].sort());
      for (const line of told) expect(line).toMatchObject({ change: "removed", via, device: "d0", protocol: "ospf" });
      const left = await away.exec("ip", [family === "ipv4" ? "-4" : "-6", "route", "show", "proto", "ospf"]);
      expect(left.stdout).toBe("");
    } finally {
      await away.ip("link set d0 up", "address replace fd98::1/64 dev d0 nodad");
      await becomeQuiet([away]);
    }
  });

  test("a destination that fails there names the route it had, and /api/changes lists what changed", async (context) => {
    if (reason) context.skip(reason);
    const [long, short, nowhere] =
      family === "ipv4"
        ? ["198.51.100.0/24", "198.51.0.0/16", "198.51.100.7"]
        : ["fd95:1::/32", "fd95::/16", "fd95:1::7"];
    await ip(`route add ${long} via ${via} proto bird metric 7`, `route add ${short} via ${via} proto static`);
    await ip(`route delete ${long}`, `route delete ${short}`);
    expect((await send(away, "udp", { to: nowhere, count: CHANGES })).errors).toEqual({ ENETUNREACH: CHANGES });
    const of = { via, device: "d0", protocol: "bird", table: "main" };
    await expect.poll(() => causesOf(address, nowhere), WAIT).toEqual([{ ...of, prefix: long, time: TIME }]);
    const { changes } = JSON.parse((await ask(address, "/api/changes?limit=4096")).body) as ChangesAnswer;
    const there = changes.filter(({ netns, prefix }) => netns === away.name && (prefix === long || prefix === short));
    expect(there.map(({ prefix, change }) => [prefix, change])).toEqual([
      [short, "removed"],
      [long, "removed"],
      [short, "added"],
      [long, "added"],
    ]);
    expect(there[1]).toEqual({
      ...{ ...of, prefix: long, time: TIME, change: "removed", told: true, netns: away.name, family },
      ...{ type: "unicast", metric: 7, nexthops: 1 },
    });
    const times = changes.map(({ time }) => time);
    expect(times).toEqual([...times].sort().reverse());
  });

  test("the daemon's own namespace is counted and told of once, and beside it another", async (context) => {
    if (reason) context.skip(reason);
    const [prefix] = routes;
    const said = await lines(["--json", "--table", "7792"], 2 * CHANGES, async () => {
      const commands = routes.map((each) => `route add ${each} via ${via} table 7792 proto static`);
      const here = await risen({ netns: own, family, table: "7792", protocol: "static" }, async () => {
        await ipOf(own, family, ...commands);
        await expect
          .poll(async () => total(await scrape(), COUNTED, { netns: own.name, family, table: "7792" }), WAIT)
          .toBe(CHANGES);
      });
      expect(here).toEqual({ counted: [CHANGES, 0, 0], kernel: CHANGES });
      const there = await risen({ family, table: "7792", protocol: "static" }, () => ip(...commands));
      expect(there).toEqual({ counted: [CHANGES, 0, 0], kernel: CHANGES });
    });
    const told = said.map((line) => JSON.parse(line)).filter((line) => line.prefix === prefix);
    expect(told.map(({ netns }) => netns.name).sort()).toEqual([own.name, away.name].sort());
    const [first, second] = told.map(({ time, netns, ...rest }) => rest);
    expect(first).toEqual(second);
  });
});

describe("lines", () => {
  test("tell nexthops, also of groups and of objects, and types", async (context) => {
    if (reason) context.skip(reason);
    const commands = [
      "route add 10.97.1.0/24 table 7793 proto bird metric 7 nexthop via 10.98.0.3 nexthop via 10.98.0.2",
      "route add 10.97.2.0/24 table 7793 nhid 12",
      "route add 10.97.3.0/24 table 7793 nhid 1",
      "route add blackhole 10.97.4.0/24 table 7793",
      "route add 10.97.5.0/24 dev d0 table 7793",
      "route add 10.97.6.0/24 via inet6 fd98::2 dev d0 table 7793",
    ];
    await away.ip("nexthop add id 1 via 10.98.0.2 dev d0", "nexthop add id 2 via 10.98.0.3 dev d0");
    await away.ip("nexthop add id 12 group 1/2");
    const told = (await lines(["--json", "-4", "--table", "7793"], commands.length, () => away.ip(...commands))).map(
      (line) => JSON.parse(line),
    );
    const of = { kind: "change", family: "ipv4", change: "added", table: { id: 7793, name: null } };
    expect(told).toMatchObject([
      { ...of, prefix: "10.97.1.0/24", via: "10.98.0.3", device: "d0", nexthops: 2, protocol: "bird", metric: 7 },
      { ...of, prefix: "10.97.2.0/24", via: "10.98.0.2", device: "d0", nexthops: 2, protocol: "boot", metric: 0 },
      { ...of, prefix: "10.97.3.0/24", via: "10.98.0.2", device: "d0", nexthops: 1, type: "unicast" },
      { ...of, prefix: "10.97.4.0/24", via: null, device: null, nexthops: 1, type: "blackhole" },
      { ...of, prefix: "10.97.5.0/24", via: null, device: "d0", nexthops: 1, type: "unicast" },
      { ...of, prefix: "10.97.6.0/24", via: "fd98::2", device: "d0", nexthops: 1 },
    ]);
    expect(told[0]).toMatchObject({ netns: { name: away.name, inode: away.inode } });
  });

  test("tell of IPv6 which nexthops a route has now, and of a prefix that was asked for", async (context) => {
    if (reason) context.skip(reason);
    const said = await lines(["-vv", "--dst", "fd96:1::/32"], 4, () =>
      away.ip(
        "route add fd96:2::/48 via fd98::2 proto bgp",
        "route add fd96:1::/48 via fd98::2 proto bgp metric 5",
        "route append fd96:1::/48 via fd98::3 proto bgp metric 5",
        "route delete fd96:1::/48 via fd98::3 metric 5",
        "route delete fd96:1::/48",
      ),
    );
    const start = "change6: dst: fd96:1::/48 table: 254 via:";
    expect(said.map((line) => line.replace(/^netns: \d+ /, ""))).toEqual([
      `${start} fd98::2 dev: d0 protocol: bgp --> added result: added metric: 5`,
      `${start} fd98::3 dev: d0 protocol: bgp --> replaced result: replaced metric: 5 nexthops: 2`,
      `${start} fd98::3 dev: d0 protocol: bgp --> removed result: removed metric: 5`,
      `${start} fd98::2 dev: d0 protocol: bgp --> removed result: removed metric: 5`,
    ]);
  });

  test("come from probes of the command's own as well", { timeout: 60_000 * PATIENCE }, async (context) => {
    if (reason) context.skip(reason);
    const [program = "", ...args] = tablesnoopCommand([`--probe=${BACKEND}`, "-g", "--kind", "change"], { netns: own });
    await using listener = await startBackground(program, args);
    // Nothing says when it hears: each round is a change more.
    await expect
      .poll(async () => {
        await away.ip("route replace 10.97.7.0/24 via 10.98.0.2 proto bgp", "route delete 10.97.7.0/24");
        return listener.stdout();
      }, WAIT)
      .toContain("change4: dst: 10.97.7.0/24 table: 254 via: 10.98.0.2 dev: d0 protocol: bgp --> removed\n");
  });
});
