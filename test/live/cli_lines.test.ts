// What tablesnoop prints of known traffic, and what it leaves out.

import { describe, expect, test } from "vitest";
import { selectsNexthop, startBackend } from "../support/backend.js";
import { startTablesnoop } from "../support/processes/tablesnoop_process.js";
import { netnsCookie, send } from "../support/traffic/send.js";
import { waitUntil } from "../support/wait_until.js";
import { beacon, beacon6, keep, pair, SENDS, start, to, useStage, WAIT } from "./cli_stage.js";

useStage();

/** The same lookups always: one for each send over IPv4, one in each of two tables over IPv6. */
async function sendOnceToEach(): Promise<void> {
  for (const destination of ["198.51.100.1", "198.51.100.129", "203.0.113.1", "203.0.113.65", "203.0.113.129"]) {
    await to(destination, 1);
  }
  await to("192.0.2.1", 1);
  await to("100.64.1.1", 1);
  for (const destination of ["2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1"]) {
    await to(destination, 1, pair.address.host.ipv6);
  }
}

/** In that order; without the verbose part. */
function expectedLines(): { readonly line: string; readonly table: number; readonly failed: boolean }[] {
  const { host, peer } = pair.address;
  const v4 = (dst: string, rest: string) => ({
    line: `v4: src: 0.0.0.0  dst: ${dst} ${rest}`,
    table: 254,
    failed: rest === "",
  });
  const v6 = (dst: string, table: number, rest: string) => ({
    line: `v6: src: ${host.ipv6}  dst: ${dst} ${rest}`,
    table,
    failed: rest === "",
  });
  const taken = selectsNexthop ? `gw: ${peer.ipv4} egress: host-peer` : "gw:  egress: multipath";
  return [
    v4("198.51.100.1", `--> gw: ${peer.ipv4} egress: host-peer`),
    v4("198.51.100.129", `--> gw: ${peer.ipv6} egress: host-peer`),
    v4("203.0.113.1", ""),
    v4("203.0.113.65", ""),
    v4("203.0.113.129", ""),
    v4("192.0.2.1", `--> ${taken}`),
    v4("100.64.1.1", ""),
    v6("2001:db8:1::1", 255, ""),
    v6("2001:db8:1::1", 254, `--> gw: ${peer.ipv6} egress: host-peer`),
    v6("2001:db8:2::1", 255, ""),
    v6("2001:db8:2::1", 254, ""),
    v6("2001:db8:3::1", 255, ""),
    v6("2001:db8:3::1", 254, ""),
  ];
}

/** Lines towards the destinations above: errors sent back to the sender and the like are looked up too. */
const towards = (lines: readonly string[]) =>
  lines.filter((line) => / dst: (198\.51|203\.0|192\.0|100\.64|2001:)/.test(line));

describe("the lines of known traffic", () => {
  test("with -x are these, byte for byte", async () => {
    const tablesnoop = await start(["-x", "--route"]);
    await sendOnceToEach();
    const wanted = expectedLines().map(({ line }) => line);
    await waitUntil("all lines are there", () => towards(tablesnoop.lines()).length >= wanted.length, WAIT);
    expect(towards(tablesnoop.lines())).toEqual(wanted);
  });

  test("with -v begin with who looked up where, byte for byte", async () => {
    const cookie = await netnsCookie(pair.host);
    const tablesnoop = await start(["-xv", "--route"]);
    await sendOnceToEach();
    const wanted = expectedLines().map(({ line, table }) => {
      const label = line.startsWith("v6") ? " flowlabel: 0" : "";
      return `netns: ${cookie} iif: lo oif: - table id: ${table} dscp: 0${label} ${line}`;
    });
    await waitUntil("all lines are there", () => towards(tablesnoop.lines()).length >= wanted.length, WAIT);
    expect(towards(tablesnoop.lines())).toEqual(wanted);
  });

  test("without -x are those that found something", async () => {
    const tablesnoop = await start(["--route"]);
    await sendOnceToEach();
    const wanted = expectedLines().flatMap(({ line, failed }) => (failed ? [] : [line]));
    await waitUntil("all lines are there", () => towards(tablesnoop.lines()).length >= wanted.length, WAIT);
    expect(towards(tablesnoop.lines())).toEqual(wanted);
  });

  test("as JSON are objects with every key", async () => {
    const cookie = await netnsCookie(pair.host);
    const tablesnoop = await start(["--json", "--route", "--dst", "198.51.100.0/24"]);
    const before = Date.now();
    await to("198.51.100.1", 1);
    const [line = ""] = await tablesnoop.waitForLines(1);
    const { time, prefix, type, ...rest } = JSON.parse(line);
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(Math.abs(Date.parse(time) - before)).toBeLessThan(10_000);
    expect([null, "198.51.100.0/25"]).toContain(prefix);
    expect([null, "unicast"]).toContain(type);
    expect(rest).toEqual({
      kind: "route",
      family: "ipv4",
      netns: { cookie: String(cookie), inode: pair.host.inode, name: pair.host.name },
      src: "0.0.0.0",
      dst: "198.51.100.1",
      iif: "lo",
      oif: null,
      dscp: 0,
      flowlabel: null,
      mark: 0,
      proto: 17,
      table: { id: 254, name: "main" },
      result: "found",
      errno: 0,
      encap: null,
      decision: expect.any(Number),
      by: null,
      gateway: pair.address.peer.ipv4,
      egress: "host-peer",
    });
  });

  test("bear no colour in a pipe unless it is asked for, then the whole line does", async () => {
    const tablesnoop = await start(["--color=always", "--route", "--dst", "198.51.100.0/24"]);
    await to("198.51.100.1", 1);
    const [line] = await tablesnoop.waitForLines(1);
    expect(line).toBe(
      `\u001b[32mv4: src: 0.0.0.0  dst: 198.51.100.1 --> gw: ${pair.address.peer.ipv4} egress: host-peer\u001b[0m`,
    );
  });
});

describe("of which namespace", () => {
  const inPeer = () => send(pair.peer, "udp", { to: pair.address.host.ipv4, count: SENDS });

  test("the own one alone by default", async () => {
    const tablesnoop = await start(["--route", "-4"]);
    await inPeer();
    await to("198.51.100.1");
    await waitUntil("the own lines are there", () => towards(tablesnoop.lines()).length === SENDS, WAIT);
    const fromPeer = tablesnoop.lines().filter((line) => line.includes("egress: peer-host"));
    expect(fromPeer).toEqual([]);
  });

  test("every one with -g", async () => {
    const tablesnoop = await start(["-g", "--route", "-4"]);
    await inPeer();
    await to("198.51.100.1");
    await waitUntil(
      "the lines of both are there",
      () => {
        const fromPeer = tablesnoop.lines().filter((line) => line.includes("egress: peer-host"));
        return fromPeer.length >= SENDS && towards(tablesnoop.lines()).length >= SENDS;
      },
      WAIT,
    );
  });

  test("the one of that name with --netns", async () => {
    const at = { netns: pair.peer, to: pair.address.host.ipv4 };
    const tablesnoop = await start(["--netns", pair.peer.name, "--route"], at);
    await to("198.51.100.1");
    await send(pair.peer, "udp", { to: pair.address.peer.ipv4, count: SENDS });
    const lines = await tablesnoop.waitForLines(SENDS);
    expect(towards(lines)).toEqual([]);
  });
});

describe("a filter", () => {
  test.each<[string, string[], { to: string; from?: "host" }, { to: string; from?: "host" }]>([
    ["dst", ["--dst=198.51.100.0/25"], { to: "198.51.100.1" }, { to: "198.51.100.129" }],
    ["egress", ["--egress=host-peer"], { to: "198.51.100.1" }, { to: "127.0.0.1" }],
    ["table", ["--table=main"], { to: "198.51.100.1" }, { to: "2001:db8:2::1", from: "host" }],
    ["-4", ["-4"], { to: "198.51.100.1" }, { to: "2001:db8:1::1", from: "host" }],
  ])("%s lets 23 of 46 sends through", async (_, flags, inside, outside) => {
    const tablesnoop = await start([...flags, "--route"]);
    await to(outside.to, SENDS, outside.from && pair.address.host.ipv6);
    await to(inside.to, SENDS, inside.from && pair.address.host.ipv6);
    const shown = () => tablesnoop.lines().filter((line) => line.includes(`dst: ${inside.to} `));
    await waitUntil("the lines are there", () => shown().length >= SENDS, WAIT);
    expect(shown()).toHaveLength(SENDS);
    expect(tablesnoop.lines().filter((line) => line.includes(`dst: ${outside.to} `))).toEqual([]);
  });

  test("-6 with a source lets 23 of 46 sends through", async () => {
    const { ipv6 } = pair.address.host;
    // The beacon chooses no source before its first lookup, and this one for the second.
    const tablesnoop = await start(["-6", "--route", "--dst=2001:db8:1::/48"], beacon6);
    await to("198.51.100.1");
    await to("2001:db8:1::1", SENDS, ipv6);
    const lines = await tablesnoop.waitForLines(SENDS);
    expect(new Set(lines)).toEqual(
      new Set([`v6: src: ${ipv6}  dst: 2001:db8:1::1 --> gw: ${pair.address.peer.ipv6} egress: host-peer`]),
    );
  });
});

test("lines from a daemon are the same, and need no privilege", async () => {
  await using daemon = await startBackend(["--web.enable-stream"]);
  const flags = ["-x", "--route", "--connect", daemon.url, "--netns", pair.host.name];
  const tablesnoop = keep(await startTablesnoop(flags, beacon, { asNobody: true }));
  await sendOnceToEach();
  const wanted = expectedLines().map(({ line }) => line);
  await waitUntil("all lines are there", () => towards(tablesnoop.lines()).length >= wanted.length, WAIT);
  expect(towards(tablesnoop.lines())).toEqual(wanted);
  expect(await tablesnoop.stop("SIGTERM")).toEqual({ code: 0, signal: null });
});
