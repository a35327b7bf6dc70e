// Which lookups belong to one decision: exact where nothing has to be guessed, else not said. Each send is one decision.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RouteLookup } from "../../daemon/kinds/route/line.js";
import type { RuleLookup } from "../../daemon/kinds/rule/line.js";
import { BACKEND, seesRules } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { Background } from "../support/processes/background.js";
import { spawnTablesnoop, startTablesnoop } from "../support/processes/tablesnoop_process.js";
import { send } from "../support/traffic/send.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const WAIT = { timeoutMs: 20_000 * PATIENCE };
type Lookup =
  | Pick<RouteLookup, "kind" | "decision" | "dst" | "table">
  | Pick<RuleLookup, "kind" | "decision" | "dst" | "table" | "priority">;

let plain: Pair;
let ruled: Pair;
const started: Background[] = [];

beforeAll(async () => {
  plain = await createPair();
  ruled = await createPair();
  for (const { host, address } of [plain, ruled]) {
    await host.ip(
      `route add 198.51.100.0/24 via ${address.peer.ipv4}`,
      "route add blackhole 203.0.113.0/26",
      `route add 2001:db8:1::/48 via ${address.peer.ipv6}`,
    );
  }
  // Two rules in a row that lead to the same table, and one whose table's route is not taken.
  await ruled.host.ip(
    "rule add pref 100 to 198.51.100.0/24 lookup 1234",
    "rule add pref 101 to 198.51.100.0/25 lookup 1234",
    "rule add pref 102 to 198.51.100.128/25 lookup main suppress_prefixlength 24",
    "rule add pref 103 to 203.0.113.128/25 prohibit",
    "route add 192.0.2.0/24 dev host-peer table 1234",
  );
  await ruled.host.exec("ip", ["-6", "rule", "add", "pref", "100", "to", "2001:db8::/32", "lookup", "1234"]);
}, 60_000 * PATIENCE);

afterEach(async () => {
  for (const one of started.splice(0)) await one.stop("SIGKILL");
});

afterAll(async () => {
  await plain?.remove();
  await ruled?.remove();
});

/** Tables, and the priority of the rule, of each decision about the destination, in their order. */
async function decisionsAbout(
  { host }: Pair,
  to: string,
  lookupsEach: number,
  from?: string,
): Promise<(string | undefined)[]> {
  const tablesnoop = await startTablesnoop(["-x", "--json"], { netns: host, to: "198.51.100.99" }, { netns: host });
  started.push(tablesnoop);
  const lookups = () =>
    tablesnoop
      .lines()
      .map((line) => JSON.parse(line) as Lookup)
      .filter(({ dst }) => dst === to);
  await send(host, "udp", { to, count: SENDS, ...(from !== undefined && { from }) });
  await waitUntil("all lookups are told", () => lookups().length >= SENDS * lookupsEach, WAIT);
  const byNumber = new Map<number | null, string>();
  for (const one of lookups()) {
    const said = one.kind === "rule" ? `rule ${one.priority}` : (one.table.name ?? one.table.id);
    byNumber.set(one.decision, [byNumber.get(one.decision) ?? [], said].flat().join(" "));
  }
  await tablesnoop.stop();
  return [...byNumber].map(([number, said]) => (number === null ? undefined : said));
}

const times = (said: string | undefined) => Array.from({ length: SENDS }, () => said);

describe("without rules of one's own", () => {
  test.each([
    ["198.51.100.1", "main", 1],
    ["203.0.113.1", "main", 1],
    ["100.64.1.1", "main", 1],
    ["2001:db8:1::1", "local main", 2],
  ])("each send to %s is one decision, of the tables %s", async (to, tables, lookups) => {
    const from = to.includes(":") ? plain.address.host.ipv6 : undefined;
    expect(await decisionsAbout(plain, to, lookups, from)).toEqual(times(tables));
  });
});

describe("with rules of one's own", () => {
  test.each([
    ["198.51.100.1", "local 1234 1234 main rule 32766", 5],
    ["198.51.100.129", "local 1234 main main rule 32766", 5],
    ["203.0.113.1", "local main rule 32766", 3],
    ["203.0.113.129", "local rule 103", 2],
    ["100.64.1.1", "local main rule null", 3],
    ["2001:db8:1::1", "local 1234 main rule 32766", 4],
  ])("each send to %s is one decision where the walk of the rules is seen, else unknown", async (to, said, lookups) => {
    const from = to.includes(":") ? ruled.address.host.ipv6 : undefined;
    const ruleless = lookups - 1;
    const told = await decisionsAbout(ruled, to, seesRules ? lookups : ruleless, from);
    expect(told).toEqual(seesRules ? times(said) : [undefined]);
  });

  test("by --tree each is told with its verdict last", async () => {
    const tablesnoop = await startTree(ruled.host);
    await send(ruled.host, "udp", { to: "203.0.113.1", count: SENDS });
    const whole = seesRules
      ? "203.0.113.1 in NAME\n  table local: no route\n  rule 32766: from all lookup main\n  table main: blackhole 203.0.113.0/26\nNot routed: 203.0.113.0/26 of table main drops it silently (blackhole).\n"
      : "203.0.113.1 in NAME\n  table main: blackhole\n";
    const wanted = whole.replace("NAME", ruled.host.name);
    // A rejected route of IPv4 has a prefix by neither backend.
    const text = wanted
      .replace("blackhole 203.0.113.0/26", "blackhole")
      .replace("Not routed: 203.0.113.0/26", "Not routed: a route");
    await waitUntil("all are told", () => tablesnoop.stdout().split(text).length > SENDS, WAIT);
    expect(tablesnoop.stdout().split(text)).toHaveLength(SENDS + 1);
  });
});

/** When it shows a send, it shows all that come. */
async function startTree(netns: Netns): Promise<Background> {
  const tablesnoop = await spawnTablesnoop([`--probe=${BACKEND}`, "--tree", "--dst=203.0.113.0/24"], { netns });
  started.push(tablesnoop);
  await waitUntil(
    "the tree shows a send",
    async () => {
      await send(netns, "connect", { to: "203.0.113.62", count: 1 });
      return tablesnoop.stdout().includes("203.0.113.62 ");
    },
    { ...WAIT, intervalMs: 100 },
  );
  return tablesnoop;
}
