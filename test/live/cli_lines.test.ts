// tablesnoop as a process: what it prints of known traffic, what it leaves out, how it ends and how it refuses.

import { existsSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BACKEND, seesRules, selectsNexthop, startBackend } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { IS_SMALL, PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { runCommand } from "../support/processes/command.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import {
  type Beacon,
  spawnTablesnoop,
  startTablesnoop,
  type Tablesnoop,
  tablesnoopCommand,
} from "../support/processes/tablesnoop_process.js";
import { projectPath } from "../support/project_path.js";
import { netnsCookie, send } from "../support/traffic/send.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const WAIT = { timeoutMs: 20_000 * PATIENCE };
const PROBE = `--probe=${BACKEND}`;

let pair: Pair;
let beacon: Beacon;
let beacon6: Beacon;
const started: Background[] = [];

beforeAll(async () => {
  pair = await createPair();
  const { host, peer } = pair.address;
  await pair.host.ip(
    `route add 198.51.100.0/25 via ${peer.ipv4}`,
    `route add 198.51.100.128/25 via inet6 ${peer.ipv6} dev host-peer`,
    "route add blackhole 203.0.113.0/26",
    "route add unreachable 203.0.113.64/26",
    "route add prohibit 203.0.113.128/26",
    `route add 192.0.2.0/24 nexthop via ${peer.ipv4} nexthop via ${peer.ipv4} weight 2`,
    `route add 2001:db8:1::/48 via ${peer.ipv6}`,
    "route add blackhole 2001:db8:2::/48",
    "route add 198.18.0.0/16 dev host-peer table 100",
  );
  // Inside the prefixes of most filters below, and never sent to by a test.
  beacon = { netns: pair.host, to: "198.51.100.99" };
  beacon6 = { netns: pair.host, to: "2001:db8:1::99" };
  expect(host.ipv4).not.toBe(peer.ipv4);
});

afterAll(() => pair?.remove());

afterEach(async () => {
  for (const one of started.splice(0)) await one.stop("SIGKILL");
});

async function start(flags: readonly string[], at: Beacon = beacon, netns: Netns = pair.host): Promise<Tablesnoop> {
  const tablesnoop = await startTablesnoop(flags, at, { netns });
  started.push(tablesnoop);
  return tablesnoop;
}

async function spawn(...args: Parameters<typeof spawnTablesnoop>): Promise<Background> {
  const tablesnoop = await spawnTablesnoop(...args);
  started.push(tablesnoop);
  return tablesnoop;
}

function ended(background: Background) {
  return waitUntil("it has ended", background.exit, WAIT);
}

const to = (destination: string, count = SENDS, from?: string) =>
  send(pair.host, "udp", { to: destination, count, ...(from !== undefined && { from }) });

/** Ended, whether or not its parent took note: its output may be open elsewhere. */
function isGone(pid: number): boolean {
  return !existsSync(`/proc/${pid}/exe`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

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

describe("manners", () => {
  test("--count ends it with 0 after exactly so many lines", async () => {
    const tablesnoop = await spawn([PROBE, "--route", "--count=7"], { netns: pair.host });
    const exit = await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 5);
        return tablesnoop.exit();
      },
      WAIT,
    );
    expect(exit).toEqual({ code: 0, signal: null });
    expect(tablesnoop.stdout().split("\n")).toHaveLength(8);
  });

  test("--duration ends it with 0", async () => {
    const tablesnoop = await spawn([PROBE, "--duration=200ms"], { netns: pair.peer });
    expect(await ended(tablesnoop)).toEqual({ code: 0, signal: null });
  });

  test("a reader that goes away after a line ends it with 0 and without a word", async () => {
    const tablesnoop = await spawn([PROBE, "--route"], { netns: pair.host, pipe: "head -n 1" });
    const exit = await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 5);
        return tablesnoop.exit();
      },
      WAIT,
    );
    expect(exit).toEqual({ code: 0, signal: null });
    expect(tablesnoop.stderr()).toBe("");
    expect(tablesnoop.stdout()).toMatch(/^v4: [^\n]*\n$/);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s lets every line of a lookup made before it through", async (signal) => {
    const sends = IS_SMALL ? 997 : 9973;
    const tablesnoop = await start(["--route", "--dst=198.51.100.0/25"]);
    await to("198.51.100.1", sends);
    expect(await tablesnoop.stop(signal)).toEqual({ code: 0, signal: null });
    expect(tablesnoop.lines()).toHaveLength(sends);
    expect(tablesnoop.stderr()).toBe("");
  });

  test("what a stuck reader does not take is dropped and counted, to the last lookup", async () => {
    const sends = IS_SMALL ? 150_000 : 300_000;
    const pipe = `bash -c 'echo "reader $$" >&2; exec cat'`;
    const flags = ["--route", "-v", "--dst=198.51.100.0/25"];
    const tablesnoop = await startTablesnoop(flags, beacon, { netns: pair.host, pipe });
    started.push(tablesnoop);
    const [, reader] = await tablesnoop.waitFor("stderr", /reader (\d+)/);
    process.kill(Number(reader), "SIGSTOP");
    try {
      await to("198.51.100.1", sends);
    } finally {
      process.kill(Number(reader), "SIGCONT");
    }
    expect(await tablesnoop.stop("SIGTERM")).toEqual({ code: 0, signal: null });
    const dropped = [...tablesnoop.stderr().matchAll(/^tablesnoop: (\d+) events dropped \(([^)]+)\)$/gm)];
    expect(dropped.map(([, , why]) => why)).toContain("reader too slow");
    const sum = dropped.reduce((total, [, count]) => total + Number(count), 0);
    expect(tablesnoop.lines().length + sum).toBe(sends);
  });

  test("a reader that stays stuck does not keep it from ending with 0", async () => {
    const pipe = `bash -c 'echo "reader $$" >&2; exec cat'`;
    const tablesnoop = await startTablesnoop(["--route"], beacon, { netns: pair.host, pipe });
    started.push(tablesnoop);
    const [, reader] = await tablesnoop.waitFor("stderr", /reader (\d+)/);
    process.kill(Number(reader), "SIGSTOP");
    try {
      await to("198.51.100.1", 5000);
      process.kill(tablesnoop.pid, "SIGTERM");
      await waitUntil("the process is gone", () => isGone(tablesnoop.pid), WAIT);
    } finally {
      process.kill(Number(reader), "SIGCONT");
    }
    expect(await ended(tablesnoop)).toEqual({ code: 0, signal: null });
  });

  test("a lookup shows at the end of a pipe within 200 ms", async () => {
    const flags = ["--route", "--json", "--dst=198.51.100.0/25"];
    const tablesnoop = await startTablesnoop(flags, beacon, { netns: pair.host, pipe: "cat" });
    started.push(tablesnoop);
    const delays: number[] = [];
    for (let round = 1; round <= 5; round++) {
      await to("198.51.100.1", 1);
      const line = await waitUntil("the line is there", () => tablesnoop.lines()[round - 1], {
        ...WAIT,
        intervalMs: 1,
      });
      delays.push(Date.now() - Date.parse(JSON.parse(line).time));
    }
    const [, , median] = delays.sort((a, b) => a - b);
    expect(median).toBeLessThan(200 * PATIENCE);
  });

  test("-s puts one empty line after a pause, none before the first line", async () => {
    const tablesnoop = await start(["-s", "--route", "-4", "--dst=198.51.100.0/25"]);
    await waitUntil("the pause after the start is marked", () => tablesnoop.stdout().endsWith("\n\n"), WAIT);
    await to("198.51.100.1", 3);
    await waitUntil("the pause after the lines is marked", () => /\.1 [^\n]*\n\n$/.test(tablesnoop.stdout()), WAIT);
    expect(tablesnoop.stdout()).toMatch(/^v4: /);
    expect(tablesnoop.stdout()).not.toContain("\n\n\n");
  });

  test("an output that is full ends it with 1 and says so", async () => {
    const command = tablesnoopCommand([PROBE, "--route"], { netns: pair.host });
    const tablesnoop = await startBackground("bash", ["-c", `exec ${command.join(" ")} > /dev/full`]);
    started.push(tablesnoop);
    await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 1);
        return tablesnoop.exit();
      },
      WAIT,
    );
    expect(tablesnoop.exit()?.code).toBe(1);
    expect(tablesnoop.stderr()).toMatch(/^tablesnoop: write the output: .*ENOSPC.*\n$/m);
  });
});

describe("what it cannot do", () => {
  test.skipIf(seesRules)("without trampolines --rule alone is refused, and a note tells of the rest", async () => {
    const refused = await spawn([PROBE, "--rule"], { netns: pair.host });
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: see rule lookups: [^\n]+\n$/);
    const noted = await spawn([PROBE, "--duration=1ms"], { netns: pair.host });
    expect(await ended(noted)).toEqual({ code: 0, signal: null });
    expect(noted.stderr()).toMatch(/^tablesnoop: note: [^\n]*rule lookups cannot be seen[^\n]*\n$/);
  });

  test("without privileges it says what it needs", async () => {
    const refused = await spawn([PROBE], { netns: pair.host, asNobody: true });
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: [^\n]*run as root or with CAP_BPF and CAP_PERFMON\n$/);
  });

  test("an unknown table is a mistake of the command line", async () => {
    const refused = await spawn([PROBE, "--route", "--table=nobody-knows"], { netns: pair.host });
    expect(await ended(refused)).toEqual({ code: 2, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: flag --table: "nobody-knows" is not [^\n]+\n$/);
  });
});

describe("lines from a daemon", () => {
  const ENABLED = ["--web.enable-stream"];

  test("are the same, and need no privilege", async () => {
    await using daemon = await startBackend(ENABLED);
    const flags = ["-x", "--route", "--connect", daemon.url, "--netns", pair.host.name];
    const tablesnoop = await startTablesnoop(flags, beacon, { asNobody: true });
    started.push(tablesnoop);
    await sendOnceToEach();
    const wanted = expectedLines().map(({ line }) => line);
    await waitUntil("all lines are there", () => towards(tablesnoop.lines()).length >= wanted.length, WAIT);
    expect(towards(tablesnoop.lines())).toEqual(wanted);
    expect(await tablesnoop.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  });

  test("end with 1 and a word when the daemon ends", async () => {
    await using daemon = await startBackend(ENABLED);
    const tablesnoop = await startTablesnoop(["--connect", daemon.url], beacon);
    started.push(tablesnoop);
    await daemon.stop();
    expect(await ended(tablesnoop)).toEqual({ code: 1, signal: null });
    expect(tablesnoop.stderr()).toMatch(/^tablesnoop: read http:\S+: the stream was ended; [^\n]+\n$/);
  });

  test("are refused in the daemon's words", async () => {
    await using daemon = await startBackend(ENABLED);
    const refused = await spawn(["--connect", daemon.url, "--table=nobody-knows"]);
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: read http:\S+: [^\n]*"nobody-knows"[^\n]*\n$/);
  });

  test("are refused by a daemon without a stream, with a hint", async () => {
    await using daemon = await startBackend();
    const refused = await spawn(["--connect", daemon.url]);
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: read http:\S+: [^\n]*--web\.enable-stream[^\n]*\n$/);
  });

  test("are offered to who has no privilege, if there is one on the default port", async () => {
    const daemon = await startBackground("nsenter", [
      `--net=${pair.peer.path}`,
      "--",
      process.execPath,
      projectPath("dist/daemon/main.js"),
      PROBE,
      "--web.listen-address=127.0.0.1:10074",
      ...ENABLED,
    ]);
    started.push(daemon);
    await daemon.waitFor("stderr", /listening/, WAIT);
    const refused = await spawn([PROBE], { netns: pair.peer, asNobody: true });
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/CAP_PERFMON[^\n]*--connect http:\/\/127\.0\.0\.1:10074\n$/);
  });
});

describe("the library", () => {
  const run = async (script: string) => {
    const running = await startBackground(process.execPath, ["--input-type=module", "-e", script], {
      ...process.env,
      HOME: projectPath(),
    });
    started.push(running);
    return running;
  };
  const LOOKUPS = JSON.stringify(projectPath("dist/daemon/lookups.js"));

  test("runs the example of the README", async () => {
    const example = await startBackground(process.execPath, [projectPath("docs/example.mjs")]);
    started.push(example);
    const exit = await waitUntil(
      "the example has ended",
      async () => {
        await to("100.64.1.1", 5);
        return example.exit();
      },
      WAIT,
    );
    expect({ exit, stderr: example.stderr() }).toEqual({ exit: { code: 0, signal: null }, stderr: "" });
    const lines = example.stdout().trimEnd().split("\n");
    expect(lines).toHaveLength(10);
    expect(
      lines.filter((line) => line.endsWith(`Z ${pair.host.name}: no_route for 100.64.1.1`)).length,
    ).toBeGreaterThan(0);
  });

  test("ends its loop and the process when the signal says so", async () => {
    const script = `
      import { openLookups } from ${LOOKUPS};
      const ending = new AbortController();
      const lookups = openLookups({ dst: "198.51.100.0/25", signal: ending.signal });
      for await (const { kind, netns, time, src, dst } of lookups) {
        console.log(kind, typeof netns.cookie, time instanceof Date, src, dst, lookups.dropped);
        ending.abort();
      }
      console.log("ended");`;
    const running = await run(script);
    const exit = await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 1);
        return running.exit();
      },
      WAIT,
    );
    expect({ exit, stderr: running.stderr() }).toEqual({ exit: { code: 0, signal: null }, stderr: "" });
    expect(running.stdout()).toBe("route bigint true 0.0.0.0 198.51.100.1 0\nended\n");
  });

  test("reads from a daemon", async () => {
    await using daemon = await startDaemon([PROBE, "--web.enable-stream"]);
    const script = `
      import { openLookups } from ${LOOKUPS};
      for await (const lookup of openLookups({ dst: "198.51.100.0/25", connect: "${daemon.url}" })) {
        console.log(lookup.netns.name, lookup.egress);
        break;
      }`;
    const running = await run(script);
    await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 1);
        return running.exit();
      },
      WAIT,
    );
    expect(running.stdout()).toBe(`${pair.host.name} host-peer\n`);
  });

  test("throws at once on what makes no sense", async () => {
    const script = `
      import { openLookups } from ${LOOKUPS};
      for (const options of [{ src: "here" }, { kinds: ["rout"] }, { connect: "x" }, { failed: "maybe" }]) {
        try { openLookups(options); console.log("accepted"); } catch (error) { console.log(error.parameter); }
      }`;
    const { stdout } = await runCommand(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout).toBe("src\nkind\nconnect\nfailed\n");
  });
});
