// Routes into lightweight tunnels: each lookup that leads into one is counted by what the tunnel is, against the kernel's own
// count of packets at the segment identifiers, and lines name it in the words of `ip route`.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bitsOf } from "../../daemon/kinds/lines.js";
import { ABI } from "../../daemon/native/abi.js";
import { selectsNexthop, startBackend } from "../support/backend.js";
import { openCounters, openLines } from "../support/lines.js";
import type { Netns } from "../support/networks/netns.js";
import { becomeQuiet, createLine, createPair, type Line, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { netnsCookie, send } from "../support/traffic/send.js";
import { delta, type Sample, total } from "../support/truth/scrape.js";
import { readIdentifier } from "../support/truth/segment_identifiers.js";
import { waitUntil } from "../support/wait_until.js";

const PINGS = 23;
const LOOKUPS = "tablesnoop_encap_lookups_total";
const SEGMENTS = Array.from({ length: 10 }, (_, at) => `fc00::${(at + 1).toString(16)}`);

/** Without the destination, with which each begins, and the device, with which each ends. */
const TUNNELS: Readonly<Record<"ipv4" | "ipv6", readonly string[]>> = {
  ipv4: [
    "encap seg6 mode encap segs fc00::1,fc00::2",
    "encap ip id 42 src 1.2.3.4 dst 10.0.0.9 ttl 5 tos 8 key csum seq",
    "encap ip dst 10.0.0.9",
    "encap ip6 id 42 src fd00::1 dst fd00::9 hoplimit 5 tc 8",
    `encap bpf out obj ${projectPath("dist/test/flood/encap.bpf.o")} section lwt_out`,
    "encap mpls 100/200",
    "encap mpls 1048575 ttl 9",
  ],
  ipv6: [
    "encap seg6 mode encap segs fc00::1,fc00::2",
    "encap seg6 mode inline segs fc00::1",
    "encap seg6 mode encap.red segs fc00::1,fc00::2",
    "encap seg6 mode l2encap segs fc00::1",
    "encap seg6 mode l2encap.red segs fc00::1",
    `encap seg6 mode encap segs ${SEGMENTS.slice(0, 8).join(",")}`,
    "encap seg6local action End",
    "encap seg6local action End flavors next-csid lblen 16 nflen 16",
    "encap seg6local action End flavors psp",
    "encap seg6local action End.X nh6 fd00::7",
    "encap seg6local action End.T table 100",
    "encap seg6local action End.DX2 oif host-peer",
    "encap seg6local action End.DX4 nh4 10.0.0.1",
    "encap seg6local action End.DX6 nh6 fd00::7",
    "encap seg6local action End.DT6 table 254",
    "encap seg6local action End.B6 srh segs fc00::1,fc00::2",
    "encap seg6local action End.B6.Encaps srh segs fc00::1,fc00::2",
    "encap ip id 42 dst 10.0.0.9",
    "encap mpls 100/200",
    "encap rpl segs fd00::7",
    "encap ioam6 trace prealloc type 0x800000 ns 1 size 12",
    "encap xfrm if_id 7 link_dev host-peer",
  ],
};

/** What this kernel, or its `ip`, may lack. */
const OPTIONAL = /^encap (mpls|rpl|ioam6|xfrm|bpf)|flavors|l2encap.red|encap.red/;

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await startBackend();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
});

describe("packets over two segment identifiers", () => {
  let line: Line;
  let before: Sample[];
  let after: Sample[];
  let received: string[];
  const labels = (netns: Netns, encap: string, action: string) => ({ netns: netns.name, encap, action });

  beforeAll(async () => {
    line = await createLine();
    const { a, r, b, address } = line;
    for (const netns of [r, b]) {
      await netns.sysctl({ "net.ipv6.conf.all.seg6_enabled": 1, "net.ipv6.conf.default.seg6_enabled": 1 });
    }
    await r.sysctl({ "net.ipv6.conf.r-a.seg6_enabled": 1 });
    await b.sysctl({ "net.ipv6.conf.b-r.seg6_enabled": 1 });
    await r.ip(
      `route add fc00:1::e encap seg6local action End count dev r-b`,
      `route add fc00:2::/32 via ${address.b.ipv6}`,
    );
    await b.ip(
      `route add fc00:2::d6 encap seg6local action End.DT6 table 254 count dev b-r`,
      "addr add fc00:9::9/128 dev lo",
    );
    await a.ip(`route add fc00:9::9 encap seg6 mode encap segs fc00:1::e,fc00:2::d6 via ${address.ra.ipv6} dev a-r`);
    await becomeQuiet([a, r, b]);
    const options = { kinds: ["route"], families: ["ipv6"], foundOnly: true, verbose: 2 } as const;
    const linesR = openLines({ ...options, cookie: await netnsCookie(r) });
    const linesB = openLines({ ...options, cookie: await netnsCookie(b) });
    try {
      before = await daemon.scrape();
      const ping = async () => {
        expect((await send(a, "ping", { to: "fc00:9::9", count: PINGS })).sent).toBe(PINGS);
        const areThere = async () => (await readIdentifier(b, "fc00:2::d6")).packets >= PINGS;
        await waitUntil("the last ping is there", areThere, { timeoutMs: 10_000 * PATIENCE });
      };
      let atB: readonly string[] = [];
      const atR = await linesR.during(r, async () => {
        atB = await linesB.during(b, ping);
      });
      received = [...atR, ...atB].filter((text) => !text.includes(" iif: lo "));
      after = await daemon.scrape();
    } finally {
      linesR[Symbol.dispose]();
      linesB[Symbol.dispose]();
    }
  }, 60_000 * PATIENCE);

  afterAll(async () => {
    await line?.remove();
  });

  test("are counted at End and at End.DT6 once each, as the kernel counts them", async () => {
    expect((await readIdentifier(line.r, "fc00:1::e")).packets).toBe(PINGS);
    expect(delta(before, after, LOOKUPS, labels(line.r, "seg6local", "End"))).toBe(PINGS);
    expect(delta(before, after, LOOKUPS, labels(line.b, "seg6local", "End.DT6"))).toBe(PINGS);
  });

  test("are counted at the sender as lookups into seg6, without an action", async () => {
    const lookups = delta(before, after, LOOKUPS, labels(line.a, "seg6", ""));
    expect(lookups).toBeGreaterThanOrEqual(PINGS);
    // Of an IPv6 socket without an address of its own the first lookup may be for choosing one.
    expect(lookups).toBeLessThanOrEqual(PINGS * 2);
    expect(total(after, LOOKUPS, { netns: line.a.name })).toBe(total(after, LOOKUPS, labels(line.a, "seg6", "")));
  });

  test("count beside the lookups of their routes, which stay what they were", () => {
    const routes = { netns: line.b.name, family: "ipv6", egress: "b-r", result: "found" };
    const encaps = delta(before, after, LOOKUPS, { netns: line.b.name });
    expect(encaps).toBe(PINGS);
    expect(delta(before, after, "tablesnoop_route_lookups_total", routes)).toBeGreaterThanOrEqual(encaps);
  });

  test("each have a line with the device they came in by, and what is done to them", () => {
    const ends = received.filter((text) => text.includes(" dst: fc00:1::e "));
    expect(ends).toHaveLength(PINGS);
    for (const text of ends) expect(text).toMatch(/ iif: r-a .* encap seg6local action End$/);
    const last = received.filter((text) => text.includes(" dst: fc00:2::d6 ") && text.includes(" iif: b-r "));
    expect(last).toHaveLength(PINGS);
    for (const text of last) expect(text).toMatch(/ encap seg6local action End\.DT6 table 254$/);
  });
});

interface Seen {
  /** Why there is no such route; empty if there is. */
  readonly refused: string;
  /** By `ip route`. */
  readonly said: string;
  readonly action: string;
  readonly lines: readonly string[];
}

describe.each(["ipv4", "ipv6"] as const)("a route of %s", (family) => {
  let pair: Pair;
  let before: Sample[];
  let after: Sample[];
  const seen = new Map<string, Seen>();
  const host = (at: number) => (family === "ipv4" ? `10.98.${at}.1` : `fc01:${at}::1`);
  const tunnels = TUNNELS[family].map((tunnel, at) => [tunnel, host(at + 1)] as const);
  const [several, most] = [host(98), host(99)];

  beforeAll(async () => {
    pair = await createPair();
    const refusals = new Map<string, string>();
    for (const [tunnel, target] of tunnels) refusals.set(target, await add(pair.host, target, tunnel));
    await pair.host.exec("ip", routeTo(most, `encap seg6 mode encap segs ${SEGMENTS.join(",")}`));
    const hop = (segment: string) => `nexthop encap seg6 mode encap segs ${segment} via ${pair.address.peer[family]}`;
    const hops = `${hop("fc00::1")} dev host-peer ${hop("fc00::2")} dev host-peer`;
    await pair.host.exec("ip", [family === "ipv6" ? "-6" : "-4", "route", "add", several, ...hops.split(" ")]);
    const targets = [...tunnels.map(([, target]) => target), several, most, pair.address.peer[family]];
    const there = targets.filter((target) => !refusals.get(target));
    before = await daemon.scrape();
    const lines = await linesTo(pair.host, family, there);
    after = await daemon.scrape();
    for (const target of targets) {
      const refused = refusals.get(target) ?? "";
      const [said, action] = refused === "" ? await wordsOf(pair.host, target) : ["", ""];
      seen.set(target, { refused, said, action, lines: lines.filter((text) => text.includes(` dst: ${target} `)) });
    }
  }, 60_000 * PATIENCE);

  afterAll(async () => {
    await pair?.remove();
  });

  const seenOf = (target: string): Seen => seen.get(target) ?? expect.fail(`nothing was seen of ${target}`);

  test.for(tunnels)("into a tunnel is named as `ip route` names it: %s", ([tunnel, target], context) => {
    const { refused, said, lines } = seenOf(target);
    if (refused !== "") {
      if (OPTIONAL.test(tunnel)) context.skip(`this kernel or its ip refuses such a route: ${refused}`);
      throw new Error(refused);
    }
    expect(lines.length).toBeGreaterThan(0);
    expect(said).toMatch(/^encap /);
    for (const text of lines) expect(text.replace(/^.* result: found( prefix: \S+)? /, "")).toBe(said);
  });

  test("is counted by the tunnel, as often as there are lines of it", () => {
    const expected: Record<string, number> = {};
    for (const { said, action, lines } of seen.values()) {
      const [, encap] = said.split(" ");
      const told = lines.filter((text) => text.includes(" encap ")).length;
      if (told === 0) continue;
      const key = `main ${encap} ${action}`;
      expected[key] = (expected[key] ?? 0) + told;
    }
    const counted = after
      .filter(
        ({ name, labels }) => name === LOOKUPS && labels["netns"] === pair.host.name && labels["family"] === family,
      )
      .map(({ labels, value }) => [`${labels["table"]} ${labels["encap"]} ${labels["action"]}`, value] as const);
    expect(total(before, LOOKUPS, { netns: pair.host.name })).toBe(0);
    expect(Object.fromEntries(counted)).toEqual(expected);
  });

  test("with more segments than a line has room for says so", () => {
    const [text = ""] = seenOf(most).lines;
    expect(text.replace(/^.*? encap /, "")).toBe(`seg6 mode encap segs 10 [ ${SEGMENTS.slice(0, 8).join(" ")} … ]`);
  });

  test("without one names none", () => {
    const { lines } = seenOf(pair.address.peer[family]);
    expect(lines.length).toBeGreaterThan(0);
    for (const text of lines) expect(text).not.toContain("encap");
  });

  test("with several nexthops names the tunnel of the one taken, where that is known", () => {
    const { lines } = seenOf(several);
    expect(lines.length).toBeGreaterThan(0);
    const chosen = lines.filter((text) => / encap seg6 mode encap segs 1 \[ fc00::[12] \]$/.test(text));
    const open = lines.filter((text) => / egress: multipath /.test(text) && !text.includes("encap"));
    expect(chosen.length + open.length).toBe(lines.length);
    if (selectsNexthop) expect(chosen.length).toBeGreaterThan(0);
    else expect(chosen).toEqual([]);
  });
});

describe("a session that is not asked for them", () => {
  test("counts no lookup into a tunnel", async () => {
    await using pair = await createPair();
    await pair.host.exec("ip", routeTo("fc01:1::1", "encap seg6 mode encap segs fc00::1"));
    const sessions = [bitsOf(["route", "encap"]), bitsOf(["route"])].map((kinds) => openCounters(kinds));
    try {
      await pair.host.exec("ip", ["-6", "route", "get", "fc01:1::1"]);
      const cookie = await netnsCookie(pair.host);
      const counted = sessions.map((session) => {
        const { netns, kind } = session.counters();
        return new Set([...kind].filter((_, at) => netns[at] === cookie));
      });
      expect(counted).toEqual([new Set([ABI.TS_KIND_route, ABI.TS_KIND_encap]), new Set([ABI.TS_KIND_route])]);
    } finally {
      for (const session of sessions) session.close();
    }
  });
});

/** Given to `ip`. */
function routeTo(target: string, tunnel: string): string[] {
  return [target.includes(":") ? "-6" : "-4", "route", "add", target, ...tunnel.split(" "), "dev", "host-peer"];
}

/** Why it could not; empty if it could. */
async function add(netns: Netns, target: string, tunnel: string): Promise<string> {
  try {
    await netns.exec("ip", routeTo(target, tunnel));
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What `ip route` says of the route's tunnel, without tables' names, and the action alone. */
async function wordsOf(netns: Netns, target: string): Promise<[string, string]> {
  const family = target.includes(":") ? "-6" : "-4";
  const { stdout } = await netns.exec("ip", ["-N", family, "route", "show", target]);
  const [, said = ""] = /(encap .*?) (?:via|dev host-peer (?:proto|scope|metric))/.exec(stdout) ?? [];
  // Of these only the name is told.
  const known = /^encap (rpl|ioam6|xfrm)/.exec(said)?.[0] ?? said;
  return [known.replaceAll(/ +/g, " ").trim(), /action (\S+)/.exec(said)?.[1] ?? ""];
}

async function linesTo(netns: Netns, family: "ipv4" | "ipv6", targets: readonly string[]): Promise<string[]> {
  const options = { kinds: ["route"], families: [family], foundOnly: true, verbose: 2 } as const;
  const lines = openLines({ ...options, cookie: await netnsCookie(netns) });
  try {
    return await lines.during(netns, () => netns.ip(...targets.map((target) => `route get ${target}`)));
  } finally {
    lines[Symbol.dispose]();
  }
}
