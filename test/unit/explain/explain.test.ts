import { statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { StartError } from "../../../daemon/errors.js";
import type { Seen } from "../../../daemon/explain/decision.js";
import { explain } from "../../../daemon/explain/explain.js";
import type { Reply } from "../../../daemon/explain/iproute2.js";
import type { Question } from "../../../daemon/explain/question.js";
import { explanationText } from "../../../daemon/explain/text.js";
import type { DaemonRequest } from "../../../daemon/lines/daemon_request.js";
import type { LineSource } from "../../../daemon/lines/line_source.js";
import type { SourceOptions } from "../../../daemon/lines/open_lines.js";
import type { RouteChangeSeen } from "../../../daemon/wire/change.js";
import { route, rule } from "./lookups.js";

const INODE = statSync("/proc/self/ns/net").ino;
const QUESTION: Question = { destination: "192.0.2.1", family: "ipv4" };

interface World {
  readonly question?: Question;
  readonly lookups: readonly Seen[];
  /** By the arguments of ip; absent: an empty list. */
  readonly says: Readonly<Record<string, Reply>>;
  readonly note?: string;
  readonly dropped?: number;
  readonly connect?: SourceOptions["connect"];
  /** What a daemon heard; absent: none answers. */
  readonly changes?: readonly RouteChangeSeen[];
}

async function explained({ question = QUESTION, lookups, says, note, dropped = 0, connect, changes }: World) {
  const asked: string[] = [];
  const happened: string[] = [];
  const ask = async (args: readonly string[]) => {
    asked.push(args.join(" "));
    happened.push("ask");
    return says[args.join(" ")] ?? { text: "[]" };
  };
  let left = lookups.map((one) =>
    Buffer.from(`${JSON.stringify({ ...one, netns: { inode: INODE, name: "host" } })}\n`),
  );
  left.push(Buffer.from(`${JSON.stringify({ ...route(7), netns: { inode: 1 } })}\n`));
  const opened: SourceOptions[] = [];
  const openSource = async (options: SourceOptions): Promise<LineSource> => {
    opened.push(options);
    happened.push("open");
    if (note !== undefined) options.note(note);
    return {
      next: async () => {
        const [first, ...rest] = left;
        left = rest;
        return first;
      },
      stop: () => happened.push("stop"),
      dropped: () => ({ ringbuf: dropped, queue: 0, daemon: 0 }),
      close: () => happened.push("close"),
    };
  };
  const connected: string[] = [];
  const fetchChanges = async ({ address }: DaemonRequest) => {
    connected.push(address.text);
    if (changes === undefined) throw new StartError("daemon_unreachable", { url: address.text, cause: "nobody" });
    return changes;
  };
  const doors = { ask, openSource, fetchChanges };
  const explanation = await explain(question, { probe: "auto", ...(connect && { connect }) }, doors);
  return { explanation, asked, happened, opened, connected };
}

const ROUTED = {
  "route get 192.0.2.1": { text: '[{"dst":"192.0.2.1","gateway":"10.0.0.1","dev":"eth0","flags":[]}]' },
  "route get fibmatch 192.0.2.1": {
    text: '[{"dst":"192.0.2.0/24","flags":[],"nexthops":[{"gateway":"10.0.0.1","dev":"eth0","weight":1,"flags":[]},{"gateway":"10.0.0.2","dev":"eth0","weight":2,"flags":[]}]}]',
  },
  "-4 rule show": {
    text: '[{"priority":0,"src":"all","table":"local"},{"priority":500,"src":"all","dst":"192.0.2.0","dstlen":24,"table":"100"},{"priority":32766,"src":"all","table":"main"}]',
  },
  "neigh show to 10.0.0.1 dev eth0 nud all": {
    text: '[{"dst":"10.0.0.1","lladdr":"02:00:00:00:00:01","state":["REACHABLE"]}]',
  },
} as const;

describe("an explanation", () => {
  test("tells what happened in order: tables, the rule before the table it led to, nexthops, the neighbour", async () => {
    const lookups = [
      route(255),
      route(100, { egress: "eth0", prefix: "192.0.2.0/24" }),
      rule(500, { table: { id: 100, name: null } }),
    ];
    const { explanation, happened, opened } = await explained({ lookups, says: ROUTED });
    expect(explanationText(explanation)).toBe(`192.0.2.1
  table local: no route
  rule 500: from all to 192.0.2.0/24 lookup 100
  table 100: 192.0.2.0/24
  nexthops: 2, chosen by the hash of the flow:
    * via 10.0.0.1 dev eth0 weight 1
    - via 10.0.0.2 dev eth0 weight 2
  neighbour 10.0.0.1 on eth0: reachable, 02:00:00:00:00:01
Routed via 10.0.0.1 on eth0 by 192.0.2.0/24 of table 100.
`);
    expect(explanation).toMatchObject({ routed: true, result: "found", netns: { name: null, inode: INODE } });
    expect(happened.slice(0, 4)).toEqual(["open", "ask", "stop", "close"]);
    expect(opened[0]?.query).toEqual({
      ...{ kinds: ["route", "rule"], families: ["ipv4"], netns: String(INODE), dst: "192.0.2.1", failed: "include" },
    });
  });

  test("without rules that are seen names the only one that leads to a table, and takes the prefix from iproute2", async () => {
    const lookups = [route(255), route(100, { egress: "multipath" })];
    const { explanation } = await explained({ lookups, says: ROUTED, note: "rule lookups cannot be seen: why" });
    const text = explanationText(explanation);
    expect(text).toContain("  table 100 (rule 500: from all to 192.0.2.0/24 lookup 100): 192.0.2.0/24\n");
    expect(text).toContain("  note: rule lookups cannot be seen: why\n");
  });

  test("of a refusal finds the route that rejects in its table: the longest that matches", async () => {
    const refused = { refused: "Invalid argument" };
    const says = {
      "route get 192.0.2.1": refused,
      "-4 route show table 254 match 192.0.2.1": {
        text: '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]},{"type":"blackhole","dst":"192.0.2.1","flags":[]},{"dst":"192.0.0.0/16","dev":"eth0","flags":[]}]',
      },
    };
    const { explanation, asked } = await explained({ lookups: [route(254, { result: "blackhole" })], says });
    expect(explanation.verdict).toBe("Not routed: 192.0.2.1/32 of table main drops it silently (blackhole).");
    expect(explanation).toMatchObject({ routed: false, result: "blackhole" });
    expect(asked).not.toContain("route get fibmatch 192.0.2.1");
  });

  describe("of a packet without a route", () => {
    const lost: World = {
      lookups: [route(254)],
      says: { "route get 192.0.2.1": { refused: "Network is unreachable" } },
    };
    const removed = {
      ...{ prefix: "192.0.2.0/24", via: "10.0.0.1", device: "eth0", protocol: "bird", table: "main" },
      time: "2026-01-02T21:44:36.120Z",
    };
    const change: RouteChangeSeen = {
      ...{ ...removed, change: "removed", told: true, netns: "host", family: "ipv4", type: "unicast" },
      ...{ metric: 32, nexthops: 1 },
    };

    test("names the removed route that a daemon here heard of", async () => {
      const { explanation, connected } = await explained({ ...lost, changes: [change] });
      expect(explanation.verdict).toBe(
        "Not routed: no table has a route to 192.0.2.1 since 192.0.2.0/24 via 10.0.0.1, protocol bird, was removed from main at 2026-01-02T21:44:36Z.",
      );
      expect(explanation.removed).toEqual(removed);
      expect(connected).toEqual(["http://127.0.0.1:10074"]);
    });

    test("takes it that no daemon runs here, and says so of one that was named", async () => {
      const { explanation } = await explained(lost);
      expect(explanation).toMatchObject({ removed: null, notes: [] });
      const connect = { text: "http://127.0.0.1:1", to: { host: "127.0.0.1", port: 1 }, usesTls: false };
      const named = await explained({ ...lost, connect });
      expect(named.connected).toEqual([connect.text]);
      expect(named.explanation.notes).toContainEqual(expect.stringMatching(/^no removed route is known: .*nobody/));
    });

    test("asks no daemon if the packet is routed", async () => {
      expect((await explained({ lookups: [route(255)], says: ROUTED, changes: [change] })).connected).toEqual([]);
    });

    test.each<[string, Partial<RouteChangeSeen>[], string | null]>([
      [
        "the longest that covers it",
        [{ prefix: "192.0.0.0/16" }, {}, { prefix: "192.0.2.0/25", table: "100" }],
        "192.0.2.0/24",
      ],
      ["none that came back", [{ change: "added" }, {}], null],
      ["one that went again", [{}, { change: "added" }, {}], "192.0.2.0/24"],
      ["none of another metric's return", [{ change: "added", metric: 64 }, {}], "192.0.2.0/24"],
      ["none of another namespace", [{ netns: "blue" }], null],
      ["none of another family", [{ family: "ipv6", prefix: "::/0" }], null],
      ["none that rejected", [{ type: "blackhole" }], null],
      ["none that does not cover it", [{ prefix: "198.51.100.0/24" }], null],
      ["a default route", [{ prefix: "0.0.0.0/0" }], "0.0.0.0/0"],
    ])("names %s", async (_, parts, prefix) => {
      const changes = parts.map((part) => ({ ...change, ...part }));
      const { explanation } = await explained({ ...lost, changes });
      expect(explanation.removed?.prefix ?? null).toBe(prefix);
    });
  });

  test("asks for no neighbour where the packet is put into another one", async () => {
    const says = {
      "route get 192.0.2.1": { text: '[{"dst":"192.0.2.1","encap":"ip","id":7,"dst":"10.0.0.9","dev":"eth0"}]' },
    };
    const encap = { type: "ip", id: "7", dst: "10.0.0.9" };
    const { explanation, asked } = await explained({ lookups: [route(254, { egress: "eth0", encap })], says });
    expect(explanation.steps.at(-1)).toEqual({ step: "encap", encap });
    expect(asked.some((line) => line.startsWith("neigh"))).toBe(false);
  });

  test("leaves out lookups for other flows, and says of the same decision made again", async () => {
    const one = route(254, { egress: "eth0" });
    const lookups = [route(254, { egress: "eth1", src: "10.0.0.7" }), one, one, one];
    const { explanation } = await explained({ lookups, says: ROUTED, dropped: 2 });
    expect(explanation.steps.filter(({ step }) => step === "table")).toHaveLength(1);
    expect(explanation.notes).toEqual([
      "2 lookups were dropped before they could be read",
      "2 more decisions for the same flow were seen meanwhile; this is the first",
    ]);
  });

  test("says if nothing was seen, and if a daemon may see no rules", async () => {
    const connect = { text: "unix:/x", to: { socketPath: "/x" }, usesTls: false };
    const { explanation } = await explained({ lookups: [], says: ROUTED, connect });
    expect(explanation.notes).toEqual([
      "none of the kernel's lookups for this was seen",
      "the daemon told of no rule: its probes see none, or the kernel went through none",
    ]);
    expect(explanation.verdict).toBe("Routed via 10.0.0.1 on eth0.");
  });

  test("shows bytes that a terminal would act on by their numbers", async () => {
    const says = { "route get 192.0.2.1": { text: '[{"dst":"192.0.2.1","dev":"a\\u001b[2J","flags":[]}]' } };
    const { explanation } = await explained({ lookups: [], says });
    expect(explanationText(explanation)).toContain("itself on a\\x1b[2J");
  });

  test("is refused for a namespace that ip netns does not know", async () => {
    const question = { ...QUESTION, netns: "ts-no-such-netns" };
    await expect(explained({ question, lookups: [], says: {} })).rejects.toThrow(
      "flag --netns: ts-no-such-netns is not in /run/netns",
    );
  });

  test("is refused if what comes is no lookup", async () => {
    const lookups = [{ ...route(254), table: "main" } as unknown as Seen];
    await expect(explained({ lookups, says: ROUTED })).rejects.toThrow(/^read a lookup: /);
  });
});
