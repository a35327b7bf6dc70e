// The stream's lines, byte for byte, of traffic that is known; and that each filter leaves exactly what it says.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BACKEND, seesRules, selectsNexthop, startBackend } from "../support/backend.js";
import { createNetns } from "../support/networks/netns.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { Background } from "../support/processes/background.js";
import { runCommand } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream } from "../support/processes/stream_client.js";
import { netnsCookie, send, startSink } from "../support/traffic/send.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const PORT = 7031;

const KEYS = ["time", "kind", "family", "netns", "src", "dst", "iif", "oif", "dscp", "flowlabel", "mark", "proto"];
const ROUTE_KEYS = [
  ...KEYS,
  "table",
  "result",
  "errno",
  "prefix",
  "gateway",
  "egress",
  "type",
  "encap",
  "decision",
  "by",
];

interface Case {
  readonly name: string;
  readonly family: "ipv4" | "ipv6";
  readonly to: string;
  /** Of the route, after the destination; empty: the one that is there. */
  readonly route?: string;
  /** End of the line; empty: failed. */
  readonly answer: string;
  readonly result?: string;
  readonly gateway?: string;
}

let daemon: DaemonProcess;
let pair: Pair;
let sink: Background;
let cases: readonly Case[];

function knownCases({ address }: Pair): readonly Case[] {
  const via = (gateway: string) => ({ answer: `--> gw: ${gateway} egress: host-peer`, gateway });
  const reject = (family: "ipv4" | "ipv6", type: string, to: string) => ({
    ...{ name: `${type} route, ${family}`, family, to, route: type, answer: "" },
    result: type === "throw" && family === "ipv4" ? "no_route" : type,
  });
  return [
    { name: "hit, ipv4", family: "ipv4", to: address.peer.ipv4, answer: "--> gw:  egress: host-peer" },
    { name: "hit, ipv6", family: "ipv6", to: address.peer.ipv6, answer: "--> gw: :: egress: host-peer" },
    { name: "miss, ipv4", family: "ipv4", to: address.nowhere.ipv4, answer: "", result: "no_route" },
    { name: "miss, ipv6", family: "ipv6", to: address.nowhere.ipv6, answer: "", result: "no_route" },
    { name: "gateway, ipv4", family: "ipv4", to: "198.51.100.6", route: "via4", ...via(address.peer.ipv4) },
    { name: "gateway, ipv6", family: "ipv6", to: "2001:db8::6", route: "via6", ...via(address.peer.ipv6) },
    { name: "ipv4 by an ipv6 gateway", family: "ipv4", to: "198.51.100.5", route: "via6", ...via(address.peer.ipv6) },
    ...["unreachable", "prohibit", "blackhole", "throw"].flatMap((type, at) => [
      reject("ipv4", type, `198.51.100.${10 + at}`),
      reject("ipv6", type, `2001:db8::${10 + at}`),
    ]),
  ];
}

function command({ family, to, route = "" }: Case, { address }: Pair): string[] {
  const inet6 = family === "ipv4" ? "inet6 " : "";
  if (route === "") return [];
  if (route === "via4") return [`route add ${to} via ${address.peer.ipv4}`];
  if (route === "via6") return [`route add ${to} via ${inet6}${address.peer.ipv6} dev host-peer`];
  return [`route add ${route} ${to}`];
}

/** IPv6 asks the table local before, and a send that failed without a source address again with one. */
function query({ to }: Case) {
  return { netns: pair.host.name, kind: "route", table: "main", dst: to };
}

function line({ family, to, answer }: Case, src = family === "ipv4" ? "0.0.0.0" : "::"): string {
  return `${family === "ipv4" ? "v4" : "v6"}: src: ${src}  dst: ${to} ${answer}`;
}

/** Lines without those of the same send from its chosen address. */
function first(lines: readonly string[], one: Case): string[] {
  return lines.filter((text) => !text.includes(`src: ${pair.address.host[one.family]} `));
}

async function sendTo(to: string, count = 1): Promise<void> {
  await send(pair.host, "udp", { to, count, port: PORT });
}

beforeAll(async () => {
  daemon = await startBackend(["--web.enable-stream"]);
  pair = await createPair();
  sink = await startSink(pair.peer, PORT);
  cases = knownCases(pair);
  await pair.host.ip(...cases.flatMap((one) => command(one, pair)));
}, 60_000 * PATIENCE);

afterAll(async () => {
  await sink?.stop();
  await pair?.remove();
  await daemon?.stop();
});

describe("a lookup", () => {
  test("is one line, whatever its answer", async () => {
    for (const one of cases) {
      await using stream = await openStream(daemon, query(one));
      await sendTo(one.to);
      expect(first(await stream.settled(1), one), one.name).toEqual([line(one)]);
    }
  });

  test("has its namespace, devices, table, dscp and flow label before it if asked for", async () => {
    const cookie = await netnsCookie(pair.host);
    for (const one of cases) {
      await using stream = await openStream(daemon, { ...query(one), verbose: "1" });
      await sendTo(one.to);
      const label = one.family === "ipv6" ? "flowlabel: 0 " : "";
      const verbose = `netns: ${cookie} iif: lo oif: - table id: 254 dscp: 0 ${label}${line(one)}`;
      expect(first(await stream.settled(1), one), one.name).toEqual([verbose]);
    }
  });

  test("is an object with every key, as a line and as an event", async () => {
    const cookie = await netnsCookie(pair.host);
    for (const one of cases) {
      await using lines = await openStream(daemon, { ...query(one), format: "json" });
      await using events = await openStream(daemon, { ...query(one), format: "sse" });
      const begin = Date.now();
      await sendTo(one.to);
      const [json = ""] = (await lines.settled(1)).filter((text) => text !== "");
      const [event = "", empty] = await events.settled(2);
      expect([event, empty]).toEqual([`data: ${json}`, ""]);

      const lookup = JSON.parse(json) as Record<string, unknown>;
      const isFound = one.answer !== "";
      expect(Object.keys(lookup), one.name).toEqual(ROUTE_KEYS);
      expect(lookup, one.name).toMatchObject({
        ...{ kind: "route", family: one.family, dst: one.to, iif: "lo", oif: null, dscp: 0, mark: 0, proto: 17 },
        netns: { cookie: String(cookie), inode: pair.host.inode, name: pair.host.name },
        src: one.family === "ipv4" ? "0.0.0.0" : "::",
        flowlabel: one.family === "ipv4" ? null : 0,
        table: { id: 254, name: "main" },
        result: one.result ?? "found",
        gateway: one.gateway ?? null,
        egress: isFound ? "host-peer" : null,
      });
      expect(lookup["errno"] === 0).toBe(isFound);
      expect(lookup["time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect(Math.abs(Date.parse(String(lookup["time"])) - begin)).toBeLessThan(5000);
      if (BACKEND === "tracepoint" && one.family === "ipv4") {
        expect([lookup["prefix"], lookup["type"]]).toEqual([null, null]);
      }
    }
  });

  test("of several nexthops shows the one taken, or that it is not known which", async () => {
    const to = "198.51.100.7";
    const { ipv4 } = pair.address.peer;
    await pair.host.ip(
      "link add other type veth peer name other-peer",
      "link set other-peer up",
      "link set other up",
      // Without an answer the kernel would tell itself three seconds later, which takes lookups of its own.
      `neigh add ${to} lladdr 02:74:73:00:00:02 dev other nud permanent`,
      `route add ${to} nexthop via ${ipv4} dev host-peer nexthop dev other`,
    );
    await using stream = await openStream(daemon, { kind: "route", netns: pair.host.name, dst: to });
    await sendTo(to);
    const [text] = await stream.settled(1);
    const taken = [`gw: ${ipv4} egress: host-peer`, "gw:  egress: other"];
    const possible = selectsNexthop ? taken : ["gw:  egress: multipath"];
    expect(possible.map((end) => `v4: src: 0.0.0.0  dst: ${to} --> ${end}`)).toContain(text);
  });

  test("shows the device's name of then, though it was renamed or deleted before the line was read", async () => {
    for (const then of ["link set gone name renamed", "link delete gone"]) {
      await pair.host.ip(
        "link add gone type veth peer name gone-peer",
        "link set gone-peer up",
        "link set gone up",
        "route add 198.51.100.8 dev gone",
      );
      await using stream = await openStream(daemon, { kind: "route", netns: pair.host.name, dst: "198.51.100.8" });
      process.kill(daemon.pid, "SIGSTOP");
      try {
        await sendTo("198.51.100.8");
        await pair.host.ip("link set gone down", then);
      } finally {
        process.kill(daemon.pid, "SIGCONT");
      }
      // The neighbour's resolution may look again.
      const [line] = await stream.settled(1);
      expect(line).toBe("v4: src: 0.0.0.0  dst: 198.51.100.8 --> gw:  egress: gone");
      await pair.host.ip("link delete renamed").catch(() => undefined);
    }
  });

  test("is sent within 200 ms, though it is the only one", async () => {
    await using stream = await openStream(daemon, { netns: pair.host.name, dst: pair.address.nowhere.ipv4 });
    await sendTo(pair.address.nowhere.ipv4);
    const begin = performance.now();
    await waitUntil("the line has come", () => stream.lines().length > 0, { intervalMs: 2 });
    expect(performance.now() - begin).toBeLessThan(200 * PATIENCE);
  });

  test("just before the daemon stops is still sent, and the answer has a proper end", async () => {
    await using own = await startBackend(["--web.enable-stream"]);
    await using stream = await openStream(own, { netns: pair.host.name, dst: pair.address.nowhere.ipv4 });
    await sendTo(pair.address.nowhere.ipv4, SENDS);
    expect((await own.stop()).code).toBe(0);
    expect(await stream.ended).toBe(true);
    expect(stream.lines()).toHaveLength(SENDS);
  });
});

describe("of 23 sends that a filter wants and 23 that it does not, 23 lines come:", () => {
  const only = async (
    filter: Record<string, string>,
    wanted: () => Promise<unknown>,
    other: () => Promise<unknown>,
  ) => {
    await using stream = await openStream(daemon, { netns: pair.host.name, kind: "route", ...filter });
    await other();
    await wanted();
    await other();
    return await stream.settled(SENDS);
  };
  const hit = (family: "ipv4" | "ipv6") => () => sendTo(pair.address.peer[family], SENDS);
  const miss = (family: "ipv4" | "ipv6") => () => sendTo(pair.address.nowhere[family], SENDS);

  test("family", async () => {
    const lines4 = await only({ family: "ipv4" }, hit("ipv4"), hit("ipv6"));
    expect(lines4).toEqual(
      Array(SENDS).fill(`v4: src: 0.0.0.0  dst: ${pair.address.peer.ipv4} --> gw:  egress: host-peer`),
    );
    const lines6 = await only({ family: "6", table: "main" }, hit("ipv6"), hit("ipv4"));
    expect([lines6.length, lines6[0]?.slice(0, 3)]).toEqual([SENDS, "v6:"]);
  });

  test("netns, by name and by inode", async () => {
    await using other = await createNetns("other");
    const elsewhere = () => send(other, "udp", { to: pair.address.nowhere.ipv4, count: SENDS });
    const dst = pair.address.nowhere.ipv4;
    expect(await only({ dst }, miss("ipv4"), elsewhere)).toHaveLength(SENDS);
    expect(await only({ dst, netns: String(pair.host.inode) }, miss("ipv4"), elsewhere)).toHaveLength(SENDS);
  });

  test("table", async () => {
    // Off the host, IPv6 asks the table local first and then main.
    const nothing = async () => undefined;
    const lines = await only({ table: "local", family: "6" }, hit("ipv6"), nothing);
    expect(lines).toEqual(Array(SENDS).fill(`v6: src: ::  dst: ${pair.address.peer.ipv6} `));
    expect(await only({ table: "254", family: "6" }, hit("ipv6"), nothing)).toHaveLength(SENDS);
  });

  test("egress", async () => {
    const lines = await only({ egress: "host-peer", family: "4" }, hit("ipv4"), () => sendTo("127.0.0.1", SENDS));
    expect([lines.length, lines[0]?.endsWith("egress: host-peer")]).toEqual([SENDS, true]);
  });

  test("src", async () => {
    const { host, peer } = pair.address;
    const bound = () => send(pair.host, "udp", { to: peer.ipv4, from: host.ipv4, count: SENDS, port: PORT });
    const lines = await only({ src: host.ipv4 }, bound, hit("ipv4"));
    expect([lines.length, lines[0]]).toEqual([
      SENDS,
      `v4: src: ${host.ipv4}  dst: ${peer.ipv4} --> gw:  egress: host-peer`,
    ]);
  });

  test("dst, a prefix with host bits", async () => {
    const lines4 = await only({ dst: `${pair.address.peer.ipv4}/24` }, hit("ipv4"), miss("ipv4"));
    expect(lines4).toHaveLength(SENDS);
    const lines6 = await only({ dst: `${pair.address.peer.ipv6}/64`, table: "main" }, hit("ipv6"), miss("ipv6"));
    expect(lines6).toHaveLength(SENDS);
  });

  test("failed", async () => {
    const lines = await only({ failed: "only", family: "4" }, miss("ipv4"), hit("ipv4"));
    expect([lines.length, lines.every((text) => text.endsWith(" "))]).toEqual([SENDS, true]);
    expect(await only({ failed: "exclude", family: "4" }, hit("ipv4"), miss("ipv4"))).toHaveLength(SENDS);
  });

  test("all of them at once, for many listeners, each with its own", async () => {
    const { peer, nowhere } = pair.address;
    const filters = [peer.ipv4, nowhere.ipv4, "10.0.0.0/8", "127.0.0.1"].map((dst) => ({ netns: pair.host.name, dst }));
    const streams = await Promise.all(filters.map((filter) => openStream(daemon, { ...filter, kind: "route" })));
    try {
      await Promise.all([hit("ipv4")(), miss("ipv4")()]);
      await streams[2]?.settled(2 * SENDS);
      expect(streams.map((stream) => stream.lines().length)).toEqual([SENDS, SENDS, 2 * SENDS, 0]);
    } finally {
      for (const stream of streams) await stream.close();
    }
  });
});

describe("a filter", () => {
  test("for a namespace by name takes hold when one of this name comes, and again when it is another", async () => {
    const name = `${pair.host.name}-again`;
    const ip = (...args: string[]) => runCommand("ip", args);
    await using stream = await openStream(daemon, { netns: name, kind: "route", family: "4" });
    for (const round of [1, 2]) {
      const to = `192.0.2.${round}`;
      await ip("netns", "add", name);
      try {
        await ip("-n", name, "link", "set", "lo", "up");
        await waitUntil(`a line of namespace ${round} has come`, async () => {
          await ip("-n", name, "route", "get", to).catch(() => undefined);
          return stream.lines().some((text) => text.includes(`dst: ${to} `));
        });
      } finally {
        await ip("netns", "delete", name);
      }
    }
  });

  test.runIf(!seesRules)("for rule lookups is refused where they cannot be seen", async () => {
    await expect(openStream(daemon, { kind: "rule" })).rejects.toThrow("status 400; kind: rule lookups cannot be seen");
  });
});
