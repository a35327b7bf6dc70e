// The outages of docs/scenarios.md: what the page says of each, and how `tablesnoop explain` words the decision.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Verdict, verdictOf } from "../../daemon/page/trouble.js";
import type { RemovedRoute } from "../../daemon/wire/change.js";
import type { HistorySnapshot, LookupsAnswer } from "../../daemon/wire/snapshot.js";
import { Disposal } from "../support/disposal.js";
import { createLine, type Line } from "../support/networks/topology.js";
import { startDaemonIn } from "../support/processes/daemon_in_netns.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { spawnTablesnoop } from "../support/processes/tablesnoop_process.js";
import { startTraffic } from "../support/traffic/steady.js";
import { value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const PREFIX = "198.51.100.0/24";
const BEYOND = "198.51.100.9";
const DEADLINE = { timeoutMs: 30_000, intervalMs: 500 };

const used = new Disposal();
let line: Line;
let daemon: DaemonProcess;

beforeAll(async () => {
  line = used.use(await createLine());
  await line.b.ip(`addr add ${BEYOND}/32 dev lo`);
  await line.r.ip(`route add ${PREFIX} via ${line.address.b.ipv4} proto bird`);
  // What goes on elsewhere on the machine would be in the page's verdict too.
  const flags = ["--web.enable-stream", "--failure-window=5s", `--netns=${line.r.name}`];
  daemon = used.use(await startDaemonIn(line.r, flags));
  used.use(startTraffic(line.a, [BEYOND]));
}, 60_000);

afterAll(() => used[Symbol.asyncDispose]());

describe.sequential("on a router whose packets get lost", () => {
  test("a withdrawn route: the page names it", async () => {
    const { b } = line.address;
    await line.r.ip(`route del ${PREFIX}`);
    const { headline, reasons } = await verdict(({ reasons }) => reasons.some((text) => text.includes(PREFIX)));
    expect(headline).toContain(`find no route in ${line.r.name}`);
    expect(reasons.join("\n")).toContain(`${PREFIX} via ${b.ipv4}, protocol bird, removed from main at `);
    expect(await explain(["--connect", daemon.url])).toMatch(
      new RegExp(
        `^Not routed: no table has a route to ${BEYOND} since ${PREFIX} via ${b.ipv4}, protocol bird, was removed from main at \\S+Z\\.$`,
      ),
    );
    await line.r.ip(`route add ${PREFIX} via ${b.ipv4} proto bird`);
  });

  test("a next hop that is dead: the page names its device", async () => {
    const dead = line.address.b.ipv4.replace(/\d+$/, "77");
    await line.r.ip(`route replace ${PREFIX} via ${dead} proto bird`);
    const { headline } = await verdict(({ headline }) => headline.includes("do not answer"));
    expect(headline).toBe(`Neighbours on r-b in ${line.r.name} do not answer`);
    // Packets go on asking for it, so that it may have begun anew.
    const but = `but the neighbour ${dead} (does not answer|has not answered yet)`.replaceAll(".", "\\.");
    expect(await explain()).toMatch(new RegExp(`^Routed via .* of table main, ${but}\\.$`));
    await line.r.ip(`route replace ${PREFIX} via ${line.address.b.ipv4} proto bird`);
  });

  test("a way back that is another one: the page names the reverse path filter", async () => {
    const { a, b } = line.address;
    await line.r.sysctl({ "net.ipv4.conf.all.rp_filter": 1 });
    await line.r.ip(`route add ${a.ipv4}/32 via ${b.ipv4}`);
    const { reasons } = await verdict(({ reasons }) => reasons.some((text) => text.includes("reverse path filter")));
    expect(reasons.join("\n")).toContain(line.r.name);
    expect(await explain()).toContain(
      `Not routed: there is a route, but a packet from ${a.ipv4} is not taken from r-a (rp_filter`,
    );
    await line.r.ip(`route del ${a.ipv4}/32 via ${b.ipv4}`);
    await line.r.sysctl({ "net.ipv4.conf.all.rp_filter": 0 });
  });

  test("a tenant's table that lost what was leaked into it: the page tells that a route rejects, and the counts which", async () => {
    const { name } = line.r;
    await line.r.ip(
      `route add ${PREFIX} via ${line.address.b.ipv4} table 61`,
      "route add unreachable default metric 4278198272 table 61",
      "rule add pref 100 iif r-a lookup 61",
      `route del ${PREFIX} table 61`,
    );
    await verdict(({ reasons }) =>
      reasons.some((text) => text.includes("meet a route that rejects") && text.includes(name)),
    );
    const rejected = { netns: name, family: "ipv4", table: "61", egress: "", result: "unreachable" };
    expect(value(await daemon.scrape(), "tablesnoop_route_lookups_total", rejected)).toBeGreaterThan(0);
    expect(await explain()).toBe("Not routed: 0.0.0.0/0 of table 61 refuses it (unreachable).");
    await line.r.ip("rule del pref 100 iif r-a lookup 61");
  });

  test("all is well: the page says so", async () => {
    const { level } = await verdict(({ level }) => level === "good");
    expect(level).toBe("good");
    expect(await explain()).toBe(`Routed via ${line.address.b.ipv4} on r-b by ${PREFIX} of table main.`);
  });
});

/** What the page says, once it says what is waited for. */
function verdict(isIt: (verdict: Verdict) => boolean): Promise<Verdict> {
  let last: Verdict | undefined;
  return waitUntil(
    "the page says it",
    async () => {
      const failures = await ask<{ destinations: { cause: RemovedRoute | null }[] }>("failures");
      const causes = failures.destinations.map(({ cause }) => cause);
      last = verdictOf(await ask<LookupsAnswer>("lookups"), await ask<HistorySnapshot>("history"), causes);
      return isIt(last) && last;
    },
    DEADLINE,
  ).catch((cause: unknown) => {
    throw new Error(`${String(cause)}; it says: ${JSON.stringify(last)}`, { cause });
  });
}

async function ask<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${daemon.url}/api/${path}`);
  return (await response.json()) as Answer;
}

/** The last line: the verdict on a packet of A's that comes in at R. */
async function explain(flags: readonly string[] = []): Promise<string> {
  const packet = ["--netns", line.r.name, "--iif", "r-a", "--from", line.address.a.ipv4];
  await using command = await spawnTablesnoop(["explain", BEYOND, ...packet, ...flags]);
  await waitUntil("explain has ended", () => command.exit() !== undefined, DEADLINE);
  return command.stdout().trimEnd().split("\n").at(-1) ?? "";
}
