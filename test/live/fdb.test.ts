// What a bridge learns, sees move and removes is counted, each once, against the kernel's own account (`bridge monitor`);
// what somebody configures is not.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { type Bridged, createBridged } from "../support/networks/bridged.js";
import type { Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { runCommand } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream, type StreamClient } from "../support/processes/stream_client.js";
import { delta, type Sample } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const MOVES = 23;
const UPDATES = "tablesnoop_fdb_updates_total";
const CHANGES = ["learned", "moved", "removed"] as const;
const WAIT = { timeoutMs: 10_000 * PATIENCE };

let daemon: DaemonProcess;
let before: Sample[];
let unfit = "";

beforeAll(async () => {
  await using probe = await makesBridges();
  unfit = probe.problem;
  if (unfit === "") daemon = await startBackend(["--web.enable-stream"]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
});

beforeEach((context) => {
  if (unfit !== "") context.skip(unfit);
});

describe("a station of a bridge with three ports", () => {
  let network: Bridged;

  beforeAll(async () => {
    if (unfit === "") network = await createBridged({ ports: 3 });
  }, 60_000 * PATIENCE);

  afterAll(async () => {
    await network?.remove();
  });

  beforeEach(async () => {
    if (unfit === "") before = await daemon.scrape();
  });

  test(`is learned once, and moves ${MOVES} times`, async () => {
    await using monitor = await monitorFdb(network.netns);
    await using stream = await openStream(daemon, { kind: "fdb", netns: network.netns.name });
    await using unasked = await openStream(daemon, { netns: network.netns.name });
    await using ofFamily = await openStream(daemon, { kind: "fdb,route", family: "ipv4", netns: network.netns.name });
    for (let time = 0; time <= MOVES; time++) {
      await network.speakAt(1 + (time % 3));
      // The same port again is no change.
      await network.speakAt(1 + (time % 3));
    }
    const head = `fdb: mac: ${network.mac} bridge: br0`;
    const moves = Array.from(
      { length: MOVES },
      (_, at) => `${head} moved from: br0-${1 + (at % 3)} --> port: br0-${1 + ((at + 1) % 3)}`,
    );
    expect(await changes(stream, 1 + MOVES)).toEqual([`${head} learned --> port: br0-1`, ...moves]);
    expect(await growth(network)).toEqual({ learned: 1, moved: MOVES, removed: 0 });
    await waitUntil("the kernel tells as many", () => monitor.lines().length === 1 + MOVES, WAIT);
    expect([...unasked.lines(), ...ofFamily.lines()]).toEqual([]);
  });

  test("is removed by a flush, as are all others, and then learned anew", async () => {
    await using monitor = await monitorFdb(network.netns);
    await using stream = await openStream(daemon, { kind: "fdb", egress: "br0", format: "json" });
    for (let station = 1; station < MOVES; station++) await teach(network, macOf(station), 1, "use");
    expect(await growth(network)).toEqual({ learned: MOVES - 1, moved: 0, removed: 0 });
    await flush(network);
    expect(await growth(network)).toEqual({ learned: MOVES - 1, moved: 0, removed: MOVES });
    await network.speakAt(2);
    expect(await growth(network)).toEqual({ learned: MOVES, moved: 0, removed: MOVES });
    await waitUntil("the kernel tells as many", () => monitor.lines().length === 2 * MOVES, WAIT);
    expect(monitor.lines().filter((line) => line.startsWith("Deleted"))).toHaveLength(MOVES);
    const lines = (await changes(stream, 2 * MOVES)).map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2 * MOVES);
    expect(lines.at(-1)).toEqual({
      time: expect.any(String),
      kind: "fdb",
      family: null,
      netns: { cookie: expect.any(String), inode: network.netns.inode, name: network.netns.name },
      bridge: "br0",
      mac: network.mac,
      vlan: null,
      change: "learned",
      port: "br0-2",
      from: null,
      errno: 0,
    });
    const removed = lines.find(({ mac, change }) => mac === network.mac && change === "removed");
    expect(removed).toMatchObject({ port: null, from: `br0-${1 + (MOVES % 3)}` });
  });

  test("is counted when a routing daemon teaches it, but not again when it says the same", async () => {
    await teach(network, macOf(100), 1, "extern_learn");
    await teach(network, macOf(100), 1, "extern_learn");
    expect(await growth(network)).toEqual({ learned: 1, moved: 0, removed: 0 });
    await teach(network, macOf(100), 3, "extern_learn");
    await fdb(network, "del", macOf(100), 3);
    expect(await growth(network)).toEqual({ learned: 1, moved: 1, removed: 1 });
  });

  test("is not counted when it is configured, nor are the bridge's own addresses", async () => {
    await fdb(network, "add", macOf(101), 1, "static");
    await fdb(network, "add", macOf(102), 1, "local");
    await fdb(network, "add", macOf(103), 1, "dynamic");
    for (const station of [101, 102, 103]) await fdb(network, "del", macOf(station), 1);
    // An address of the bridge's own by the way of those that are taught: it has no port.
    const own = ["fdb", "add", macOf(104), "dev", "br0", "self", "extern_learn", "permanent"];
    await network.netns.exec("bridge", own).catch(() => undefined);
    await network.netns.ip("link set br0-3 address 02:74:73:ff:00:a3");
    expect(await growth(network)).toEqual({ learned: 0, moved: 0, removed: 0 });
  });
});

test("stations that were learned before the probes came are not taken for new ones when they move", async () => {
  await using network = await createBridged({ ports: 2 });
  await network.speakAt(1);
  for (let station = 1; station <= MOVES; station++) await teach(network, macOf(station), 1, "use");
  await using late = await startBackend(["--web.enable-stream", "--no-collector.rule"]);
  const start = await late.scrape();
  await using stream = await openStream(late, { kind: "fdb", netns: network.netns.name });
  await network.speakAt(2);
  await network.speakAt(1);
  for (let station = 1; station < MOVES; station++) await teach(network, macOf(station), 2, "use");
  await flush(network);
  // What `use` had taught by then cannot be told from what was configured.
  expect(await growth(network, start, late)).toEqual({ learned: 0, moved: 1 + MOVES, removed: 1 });
  expect((await changes(stream, 2 + MOVES)).slice(0, 2)).toEqual([
    `fdb: mac: ${network.mac} bridge: br0 moved from: ? --> port: br0-2`,
    `fdb: mac: ${network.mac} bridge: br0 moved from: br0-2 --> port: br0-1`,
  ]);
});

test("a station that is silent ages", async () => {
  // In hundredths of a second.
  await using network = await createBridged({ ports: 1, settings: "ageing_time 100" });
  before = await daemon.scrape();
  await network.speakAt(1);
  const counts = await waitUntil(
    "it has aged",
    async () => {
      const now = await growth(network);
      return now.removed > 0 && now;
    },
    { timeoutMs: 30_000 * PATIENCE, intervalMs: 200 },
  );
  expect(counts).toEqual({ learned: 1, moved: 0, removed: 1 });
});

test("with a bridge go its stations, and one of the same name and number knows none of them", async () => {
  await using network = await createBridged({ ports: 2 });
  before = await daemon.scrape();
  await network.speakAt(1);
  await network.netns.ip("link delete br0");
  expect(await growth(network)).toEqual({ learned: 1, moved: 0, removed: 1 });
  await network.netns.ip(
    "link add br0 type bridge forward_delay 0 mcast_snooping 0",
    "link set br0 up",
    ...["link set br0-1 master br0", "link set br0-2 master br0"],
  );
  await network.speakAt(2);
  expect(await growth(network)).toEqual({ learned: 2, moved: 0, removed: 1 });
});

test("the same address in two bridges is two stations", async () => {
  await using one = await createBridged({ ports: 2, bridge: "br1" });
  await using other = await createBridged({ ports: 2, bridge: "br2", netns: one.netns });
  await using elsewhere = await createBridged({ ports: 2, bridge: "br1" });
  before = await daemon.scrape();
  for (const network of [one, other, elsewhere]) await network.speakAt(1);
  for (let move = 0; move < MOVES; move++) await other.speakAt(2 - (move % 2));
  expect(await growth(one)).toEqual({ learned: 1, moved: 0, removed: 0 });
  expect(await growth(other)).toEqual({ learned: 1, moved: MOVES, removed: 0 });
  expect(await growth(elsewhere)).toEqual({ learned: 1, moved: 0, removed: 0 });
});

test("the same address in two VLANs of a bridge is two stations", async (context) => {
  const vlans = [10, 20];
  const made = await createBridged({ ports: 2, settings: "vlan_filtering 1", vlans }).catch((error: Error) => error);
  if (made instanceof Error) return context.skip(`this kernel has no VLANs in bridges: ${made.message.split("\n")[0]}`);
  await using network = made;
  await using stream = await openStream(daemon, { kind: "fdb", netns: network.netns.name });
  before = await daemon.scrape();
  await network.speakAt(1, 10);
  await network.speakAt(2, 20);
  for (let move = 0; move < MOVES; move++) await network.speakAt(2 - (move % 2), 10);
  expect(await growth(network)).toEqual({ learned: 2, moved: MOVES, removed: 0 });
  const lines = await changes(stream, 2 + MOVES);
  expect(lines.slice(0, 3)).toEqual([
    `fdb: mac: ${network.mac} vlan: 10 bridge: br0 learned --> port: br0-1`,
    `fdb: mac: ${network.mac} vlan: 20 bridge: br0 learned --> port: br0-2`,
    `fdb: mac: ${network.mac} vlan: 10 bridge: br0 moved from: br0-1 --> port: br0-2`,
  ]);
  expect(lines.slice(2).filter((line) => !line.includes("vlan: 10"))).toEqual([]);
});

test("no run of the probes was skipped, and each is shown as what it is", async () => {
  const samples = await daemon.scrape();
  for (const probe of ["br_fdb_update", "br_fdb_external_learn_add", "fdb_delete"]) {
    expect(delta([], samples, "tablesnoop_probe_attached", { probe })).toBe(1);
    expect(delta([], samples, "tablesnoop_probe_skipped_total", { probe })).toBe(0);
  }
});

/** Whether bridges can be made here at all: the guests load the module for it. */
async function makesBridges(): Promise<AsyncDisposable & { readonly problem: string }> {
  try {
    const network = await createBridged({ ports: 1 });
    return { problem: "", [Symbol.asyncDispose]: () => network.remove() };
  } catch (error) {
    return {
      problem: `no bridge can be made here: ${String(error).split("\n")[0]}`,
      [Symbol.asyncDispose]: async () => {},
    };
  }
}

async function growth(
  { netns, bridge }: Bridged,
  since: readonly Sample[] = before,
  by: DaemonProcess = daemon,
): Promise<Record<(typeof CHANGES)[number], number>> {
  const after = await by.scrape();
  const of = (change: string) => delta(since, after, UPDATES, { netns: netns.name, bridge, change });
  return { learned: of("learned"), moved: of("moved"), removed: of("removed") };
}

function macOf(station: number): string {
  return `02:74:73:fe:00:${station.toString(16).padStart(2, "0")}`;
}

/** use: as if a frame had come. extern_learn: as routing daemons do. */
function teach(network: Bridged, mac: string, port: number, way: "use" | "extern_learn"): Promise<void> {
  return fdb(network, "replace", mac, port, ...(way === "use" ? ["use", "dynamic"] : [way]));
}

async function fdb(
  { netns, port }: Bridged,
  act: "add" | "replace" | "del",
  mac: string,
  at: number,
  ...words: readonly string[]
): Promise<void> {
  await netns.exec("bridge", ["fdb", act, mac, "dev", port(at), "master", ...words]);
}

async function flush({ netns }: Bridged): Promise<void> {
  await netns.ip("link set br0 type bridge fdb_flush");
}

/** Lines of changes. A backend that sees floods too tells of the frames that the stations speak with. */
async function changes(stream: StreamClient, atLeast: number): Promise<string[]> {
  let told: string[] = [];
  await waitUntil(
    `${atLeast} lines of changes have come`,
    async () => {
      told = (await stream.settled(atLeast)).filter((line) => !/ flooded from: |"change":"flooded"/.test(line));
      return told.length >= atLeast;
    },
    WAIT,
  );
  return told;
}

/** The kernel's messages about stations that are not configured. */
async function monitorFdb(netns: Netns): Promise<AsyncDisposable & { lines(): string[] }> {
  const monitor: Background = await startBackground("nsenter", [
    `--net=${netns.path}`,
    ...["--", "stdbuf", "-oL", "bridge", "monitor", "fdb"],
  ]);
  const beacon = "02:74:73:fd:00:01";
  const lines = () =>
    monitor
      .stdout()
      .split("\n")
      .filter((line) => line.includes("lladdr") || / dev /.test(line))
      .filter((line) => !line.includes("permanent") && !line.includes(beacon));
  // It listens once it shows this.
  await waitUntil(
    "the monitor listens",
    async () => {
      await runCommand("bridge", ["-n", netns.name, "fdb", "replace", beacon, "dev", "br0-1", "master", "static"]);
      await runCommand("bridge", ["-n", netns.name, "fdb", "del", beacon, "dev", "br0-1", "master"]);
      return monitor.stdout().includes(beacon);
    },
    { ...WAIT, intervalMs: 100 },
  );
  return { lines, [Symbol.asyncDispose]: () => monitor[Symbol.asyncDispose]() };
}
