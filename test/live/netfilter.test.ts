// What netfilter asks for, against the counters of the rules that ask: routes, by nft's fib expression at every hook, by the reverse
// path filter of iptables and for packets that a rule marked; and elements of nft's sets.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { blindSpots, seesFunctions, startBackend } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { createLine, type Line } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { CommandError } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream } from "../support/processes/stream_client.js";
import { send } from "../support/traffic/send.js";
import { delta, type Sample } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const PACKETS = 23;
const LOOKUPS = "tablesnoop_netfilter_fib_lookups_total";
const FAMILIES = ["ipv4", "ipv6"] as const;
type Family = (typeof FAMILIES)[number];

/** Of the router, each at a UDP port of its own: what is asked of packets there, and what they are told by. */
const QUESTIONS = {
  prerouting: { port: 1001, asks: "fib saddr . iif oif missing" },
  input: { port: 1002, asks: "fib saddr . iif oif missing" },
  forward: { port: 1003, asks: "fib saddr . iif oif missing" },
  output: { port: 1004, asks: "fib daddr type unicast" },
  postrouting: { port: 1005, asks: "fib daddr . oif type unicast" },
} as const;
type Hook = keyof typeof QUESTIONS;
const [NAME_PORT, TYPE_PORT, RPFILTER_PORT, MARKED_PORT, REFUSED_PORT] = [1006, 1007, 1008, 1009, 1010];
const REFUSED_MARK = 6;

const SET_LOOKUPS = "tablesnoop_netfilter_set_lookups_total";
/** Of the sets' own table, each of which is asked by a rule at a UDP port of its own. 2001 is an element, as the others may be. */
const SET_QUESTIONS = {
  named: { port: 2001, elements: "elements = { 2001 }", asks: "udp dport @named" },
  without: { port: 2002, elements: "elements = { 2001 }", asks: "udp dport @without" },
  inverted: { port: 2003, elements: "elements = { 2001 }", asks: "udp dport != @inverted" },
  spared: { port: 2004, elements: "elements = { 2004 }", asks: "udp dport != @spared" },
  ranges: { port: 2005, elements: "flags interval; elements = { 2000-2010 }", asks: "udp dport @ranges" },
} as const;
const FOUND = new Set(["named", "spared", "ranges"]);
const [VMAP_PORT, GOING_PORT] = [2010, 2011];

let daemon: DaemonProcess;
let line: Line | undefined;
let unfit = seesFunctions ? "" : "this backend sees no functions of the kernel";
let unfitForRpfilter = "";

beforeAll(async () => {
  if (seesFunctions) {
    line = await createLine();
    await prepare(line);
  }
  // Netfilter's modules come with its rules, and must be there before the daemon looks for them.
  daemon = await startBackend(["--collector.netfilter", "--web.enable-stream"]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await line?.remove();
});

beforeEach(({ task, skip }) => {
  if (unfit !== "" && !task.name.startsWith("a backend")) skip(unfit);
});

async function prepare({ a, r, address }: Line): Promise<void> {
  const { nowhere } = address;
  await a.ip(`addr add ${nowhere.ipv4}/32 dev a-r`, `addr add ${nowhere.ipv6}/128 dev a-r nodad`);
  for (const family of ["-4", "-6"]) {
    await a.exec("ip", [family, "rule", "add", "fwmark", String(REFUSED_MARK), "unreachable"]);
  }
  const chains = Object.entries(QUESTIONS).map(
    ([hook, { port, asks }]) =>
      `chain ${hook} { type filter hook ${hook} priority -400; udp dport ${port} counter name asked; udp dport ${port} ${asks} counter name held; }`,
  );
  unfit = await refusal(r, "nft", [
    `table inet tablesnoop {
      counter asked { }
      counter held { }
      ${chains.join("\n")}
      chain others { type filter hook prerouting priority -399;
        udp dport ${NAME_PORT} counter name asked; udp dport ${NAME_PORT} fib saddr oifname "r-a" counter name held;
        udp dport ${TYPE_PORT} counter name asked; udp dport ${TYPE_PORT} fib saddr type unreachable counter name held;
      }
    }`,
  ]);
  const sets = Object.entries(SET_QUESTIONS).map(
    ([name, { elements }]) => `set ${name} { type inet_service; ${elements}; }`,
  );
  const asked = Object.values(SET_QUESTIONS).map(
    ({ port, asks }) => `udp dport ${port} counter name asked; udp dport ${port} ${asks} counter name held;`,
  );
  unfit ||= await refusal(r, "nft", [
    `table ip lookups {
      counter asked { }
      counter held { }
      ${sets.join("\n")}
      chain asks { type filter hook prerouting priority -398;
        ${asked.join("\n")}
        udp dport ${VMAP_PORT} counter name asked; udp dport ${VMAP_PORT} ip protocol vmap { tcp : drop, udp : continue };
      }
    }`,
  ]);
  unfit ||= await refusal(a, "nft", [
    `table inet tablesnoop {
      chain marks { type route hook output priority -150;
        udp dport ${MARKED_PORT} meta mark set 5; udp dport ${REFUSED_PORT} meta mark set ${REFUSED_MARK};
      }
    }`,
  ]);
  const match = ["-p", "udp", "--dport", String(RPFILTER_PORT), "-m", "rpfilter", "--invert", "-j", "DROP"];
  unfitForRpfilter = await refusal(r, "iptables-nft", ["-t", "raw", "-A", "PREROUTING", ...match]);
}

/** Empty, or why not. */
async function refusal(netns: Netns, program: string, args: readonly string[]): Promise<string> {
  try {
    await netns.exec(program, args);
    return "";
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `this machine refuses ${program}: ${error.message.split("\n").at(-1)}`;
  }
}

function network(): Line {
  if (line === undefined) throw new Error("use the network: this backend has none");
  return line;
}

interface RuleCounts {
  readonly asked: number;
  readonly held: number;
}

/** What the router's own rules counted in a table. */
async function ruleCounts(...table: readonly string[]): Promise<RuleCounts> {
  const { stdout } = await network().r.exec("nft", ["-j", "list", "counters", "table", ...table]);
  const { nftables } = JSON.parse(stdout) as {
    nftables: readonly { counter?: { name: string; packets: number } }[];
  };
  const of = (name: string) => nftables.find(({ counter }) => counter?.name === name)?.counter?.packets ?? 0;
  return { asked: of("asked"), held: of("held") };
}

interface Case {
  readonly hook: string;
  readonly family: Family;
  readonly result: "found" | "missed";
  readonly port: number;
  /** Where it is asked. */
  readonly at: Netns;
  readonly from: Netns;
  readonly to: string;
  readonly source?: string;
}

/** Sends, and gives what rose once the questions have been asked: of the case, and of the namespace altogether. */
async function ask({ hook, family, result, port, at, from, to, source }: Case) {
  const before = await daemon.scrape();
  const [ruleBefore, count] = [await ruleCounts("inet", "tablesnoop"), PACKETS];
  await send(from, "udp", { to, count, port, ...(source !== undefined && { from: source }) });
  const labels = { netns: at.name, family, hook, result };
  let after: Sample[] = [];
  await waitUntil(
    "the questions are counted",
    async () => {
      after = await daemon.scrape();
      return delta(before, after, LOOKUPS, { netns: at.name }) >= PACKETS;
    },
    { timeoutMs: 10_000 * PATIENCE },
  );
  const ruleAfter = await ruleCounts("inet", "tablesnoop");
  return {
    counted: delta(before, after, LOOKUPS, labels),
    inAll: delta(before, after, LOOKUPS, { netns: at.name }),
    asked: ruleAfter.asked - ruleBefore.asked,
    held: ruleAfter.held - ruleBefore.held,
  };
}

test("a backend that cannot see them says so, and one that can says what it lacks", async () => {
  const said = (await blindSpots(daemon)).filter((text) => /netfilter|nft|rpfilter/.test(text));
  if (!seesFunctions) {
    expect(said).toEqual(["netfilter lookups are not counted: the kernel has no tracepoint for them"]);
  } else if (unfit === "" && unfitForRpfilter === "") {
    expect(said).toEqual([]);
  }
});

const everyHook = (Object.keys(QUESTIONS) as Hook[]).flatMap((hook) => FAMILIES.map((family) => ({ hook, family })));

test.for(everyHook)("$family: each packet that a rule in $hook asks for is counted", async ({ hook, family }) => {
  const { a, r, address } = network();
  const { port } = QUESTIONS[hook];
  const isLocal = hook === "output" || hook === "postrouting";
  const to = hook === "input" ? address.ra[family] : address.b[family];
  const rose = await ask({ hook, family, result: "found", port, at: r, from: isLocal ? r : a, to });
  expect(rose).toEqual({ counted: PACKETS, inAll: PACKETS, asked: PACKETS, held: isLocal ? PACKETS : 0 });
});

const everyFilter = (["prerouting", "input", "forward"] as const).flatMap((hook) =>
  FAMILIES.map((family) => ({ hook, family })),
);

test.for(everyFilter)("$family: packets with a forged source are missed in $hook", async ({ hook, family }) => {
  const { a, r, address } = network();
  const to = hook === "input" ? address.ra[family] : address.b[family];
  const source = address.nowhere[family];
  const rose = await ask({ hook, family, result: "missed", port: QUESTIONS[hook].port, at: r, from: a, to, source });
  expect(rose).toEqual({ counted: PACKETS, inAll: PACKETS, asked: PACKETS, held: PACKETS });
});

test.for(FAMILIES)("%s: a device asked for by name is found, or missed", async (family) => {
  const { a, r, address } = network();
  const asked = { hook: "prerouting", family, port: NAME_PORT, at: r, from: a, to: address.b[family] } as const;
  const good = await ask({ ...asked, result: "found" });
  expect(good).toEqual({ counted: PACKETS, inAll: PACKETS, asked: PACKETS, held: PACKETS });
  const forged = await ask({ ...asked, result: "missed", source: address.nowhere[family] });
  expect(forged).toEqual({ counted: PACKETS, inAll: PACKETS, asked: PACKETS, held: 0 });
});

test.for(FAMILIES)("%s: only IPv6 asks for a route to tell the type of a source", async (family) => {
  const { a, r, address } = network();
  const asked = { hook: "prerouting", family, port: TYPE_PORT, at: r, from: a, to: address.b[family] } as const;
  const unreachable = family === "ipv6";
  const rose = await ask({ ...asked, result: unreachable ? "missed" : "found", source: address.nowhere[family] });
  expect(rose).toEqual({ counted: PACKETS, inAll: PACKETS, asked: PACKETS, held: unreachable ? PACKETS : 0 });
});

test("the reverse path filter of iptables is counted in prerouting", async (context) => {
  if (unfitForRpfilter !== "") return context.skip(unfitForRpfilter);
  const { a, r, address } = network();
  const asked = { hook: "prerouting", family: "ipv4", port: RPFILTER_PORT, at: r, from: a } as const;
  const good = await ask({ ...asked, result: "found", to: address.b.ipv4 });
  expect(good).toMatchObject({ counted: PACKETS, inAll: PACKETS });
  const forged = await ask({ ...asked, result: "missed", to: address.b.ipv4, source: address.nowhere.ipv4 });
  expect(forged).toMatchObject({ counted: PACKETS, inAll: PACKETS });
});

test.for([
  ...FAMILIES.map((family) => ({ family, port: MARKED_PORT, result: "found" }) as const),
  ...FAMILIES.map((family) => ({ family, port: REFUSED_PORT, result: "missed" }) as const),
])("$family: packets that are marked are routed anew, and $result", async ({ family, port, result }) => {
  const { a, address } = network();
  const rose = await ask({ hook: "", family, result, port, at: a, from: a, to: address.b[family] });
  expect(rose).toMatchObject({ counted: PACKETS, inAll: PACKETS });
});

test.for([
  { family: "ipv4", port: 1001, by: "nft fib prerouting", at: "r" },
  { family: "ipv6", port: 1003, by: "nft fib forward", at: "r" },
  { family: "ipv6", port: TYPE_PORT, by: "nft fib prerouting", at: "r" },
  { family: "ipv4", port: RPFILTER_PORT, by: "rpfilter prerouting", at: "r" },
  { family: "ipv4", port: MARKED_PORT, by: "rerouting", at: "a" },
] as const)(
  "$family: lines of lookups say that they are made for $by, and others do not",
  async ({ family, port, by, at }, context) => {
    if (by.startsWith("rpfilter") && unfitForRpfilter !== "") return context.skip(unfitForRpfilter);
    const { [at]: netns, a, address } = network();
    const of = { kind: "route", netns: netns.name, family };
    await using text = await openStream(daemon, { ...of, verbose: "2" });
    await using json = await openStream(daemon, { ...of, format: "json" });
    await send(a, "udp", { to: address.b[family], count: PACKETS, port });
    const lines = await text.settled((by === "rerouting" ? 3 : 2) * PACKETS);
    const asked = lines.filter((each) => each.endsWith(` by: ${by}`));
    const found = asked.filter((each) => each.includes("result: found"));
    // To route a packet anew, the kernel first asks whether its source is its own.
    expect(found.length).toBe(by === "rerouting" ? 2 * PACKETS : PACKETS);
    // The packet's own, and those of the answer that nobody listens at the port.
    const others = lines.filter((each) => !each.includes(" by: "));
    expect(others.filter((each) => each.includes("result: found")).length).toBeGreaterThanOrEqual(PACKETS);
    expect(asked.length + others.length).toBe(lines.length);
    const objects = (await json.settled(lines.length)).map((each) => JSON.parse(each) as { by: string | null });
    expect(objects.filter((each) => each.by === by).length).toBe(asked.length);
    expect(new Set(objects.map((each) => each.by))).toEqual(new Set([by, null]));
  },
);

/** Sends to the port, and gives what rose of a set once its lookups are counted. */
async function lookUp(port: number, labels: { readonly table: string; readonly set?: string }, by = daemon) {
  const { a, r, address } = network();
  const of = { netns: r.name, ...labels };
  const before = await by.scrape();
  await send(a, "udp", { to: address.b.ipv4, count: PACKETS, port });
  let after: Sample[] = [];
  await waitUntil(
    "the lookups are counted",
    async () => {
      after = await by.scrape();
      return delta(before, after, SET_LOOKUPS, of) >= PACKETS;
    },
    { timeoutMs: 10_000 * PATIENCE },
  );
  const rose = (result: string) => delta(before, after, SET_LOOKUPS, { ...of, result });
  return { found: rose("found"), missed: rose("missed"), after };
}

test.for(Object.entries(SET_QUESTIONS))("set %s is looked up once for each packet", async ([set, { port }]) => {
  const before = await ruleCounts("ip", "lookups");
  const { found, missed } = await lookUp(port, { table: "ip lookups", set });
  const after = await ruleCounts("ip", "lookups");
  expect({ found, missed }).toEqual(FOUND.has(set) ? { found: PACKETS, missed: 0 } : { found: 0, missed: PACKETS });
  expect(after.asked - before.asked).toBe(PACKETS);
  // A rule that asks for what the set has not holds if it has none.
  const holds = FOUND.has(set) !== (set === "inverted" || set === "spared");
  expect(after.held - before.held).toBe(holds ? PACKETS : 0);
});

test("a map without a name of its own is looked up as well", async () => {
  const { found, missed, after } = await lookUp(VMAP_PORT, { table: "ip lookups" });
  expect({ found, missed }).toEqual({ found: PACKETS, missed: 0 });
  const counted = after.filter(
    ({ name, labels, value }) => name === SET_LOOKUPS && labels["result"] === "found" && value > 0,
  );
  expect(counted.map(({ labels }) => labels["set"])).toContain("__map0");
});

/** A table with a set that is asked for one port. */
const GOING = `table ip going {
  set brief { type inet_service; elements = { ${GOING_PORT} }; }
  chain asks { type filter hook prerouting priority -397; udp dport ${GOING_PORT} udp dport @brief counter; }
}`;
const BRIEF = { table: "ip going", set: "brief" };

test("a set that goes keeps its counts, and one of its name goes on with them", async () => {
  const { r } = network();
  await r.exec("nft", [GOING]);
  expect(await lookUp(GOING_PORT, BRIEF)).toMatchObject({ found: PACKETS, missed: 0 });
  await r.exec("nft", ["delete table ip going"]);
  expect(delta([], await daemon.scrape(), SET_LOOKUPS, { netns: r.name, ...BRIEF, result: "found" })).toBe(PACKETS);
  await r.exec("nft", [GOING]);
  const { after } = await lookUp(GOING_PORT, BRIEF);
  expect(delta([], after, SET_LOOKUPS, { netns: r.name, ...BRIEF, result: "found" })).toBe(2 * PACKETS);
  await r.exec("nft", ["delete table ip going"]);
});

test("the series of a set that is destroyed go after their time, and those of others stay", async () => {
  const { r } = network();
  await using brief = await startBackend(["--collector.netfilter", "--series.expiry=1s"]);
  await r.exec("nft", [GOING]);
  await lookUp(SET_QUESTIONS.named.port, { table: "ip lookups", set: "named" }, brief);
  await lookUp(GOING_PORT, BRIEF, brief);
  await r.exec("nft", ["delete table ip going"]);
  const seriesOf = async (table: string) =>
    (await brief.scrape()).filter(({ name, labels }) => name === SET_LOOKUPS && labels["table"] === table).length;
  await waitUntil("its series are gone", async () => (await seriesOf(BRIEF.table)) === 0, {
    timeoutMs: 10_000 * PATIENCE,
  });
  expect(await seriesOf("ip lookups")).toBe(2);
});
