import { describe, expect, it } from "vitest";
import { StartError } from "../../../daemon/errors.js";
import type { RouteAnswer, RouteQuestion } from "../../../daemon/native/routes.js";
import { EMPTY_INVENTORY, type Inventory } from "../../../daemon/native/session.js";
import { parseWatch, type Watch } from "../../../daemon/watched/watch.js";
import { WatchedRoutes } from "../../../daemon/watched/watched_routes.js";

const [OWN, ELSEWHERE] = [7n, 8n];
const MULTIPATH = 0xffffffff;
const NAMES: Readonly<Record<number, string>> = { 254: "main", 255: "local", 1010: "red" };

function inventory(): Inventory {
  const row = { isFirst: false, noRoute: new BigUint64Array(4) };
  return {
    ...EMPTY_INVENTORY,
    netns: [
      { ...row, cookie: ELSEWHERE, inode: 2 },
      { ...row, cookie: OWN, inode: 1 },
    ],
    devices: [
      { netns: ELSEWHERE, ifindex: 4, name: "blue", vrfTable: 500 },
      { netns: OWN, ifindex: 9, name: "red", vrfTable: 1010 },
    ],
  };
}

/** A kernel that answers all alike. */
class Kernel {
  readonly asked: RouteQuestion[] = [];
  readonly read: number[] = [];
  decided: RouteAnswer | undefined;
  found: RouteAnswer | undefined;

  watch(...texts: string[]): WatchedRoutes {
    const watches = texts.map((text): Watch => parseWatch(text) ?? expect.fail(`${text} is no watch`));
    return new WatchedRoutes({
      watches,
      names: {
        table: (netns, id) => (netns === OWN ? (NAMES[id] ?? String(id)) : "elsewhere"),
        egress: (_, ifindex) => (ifindex === MULTIPATH ? "multipath" : ifindex === 0 ? "" : `eth${ifindex}`),
        tableNamed: (name) => Number(Object.entries(NAMES).find(([, known]) => known === name)?.[0]) || undefined,
      },
      ask: (questions) => {
        this.asked.push(...questions);
        return questions.map(() => this.decided);
      },
      find: (questions, table) => {
        this.read.push(table);
        return questions.map(() => this.found);
      },
      ownNetns: () => 1,
    });
  }
}

function lines(watched: WatchedRoutes): string[] {
  return watched
    .samples(inventory())
    .map(({ labels: { family, table, prefix, egress }, value }) => `${family} ${table} ${prefix} ${egress} ${value}`);
}

function refusal(watched: WatchedRoutes): string {
  try {
    watched.start(inventory());
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return "accepted";
}

const via = (length: number, table = 254, egress = 2): RouteAnswer => ({ length, table, egress });

describe("WatchedRoutes", () => {
  it("is 1 with egress and table of the answer, and 0 with neither while there is none", () => {
    const kernel = new Kernel();
    const watched = kernel.watch("10.0.0.0/8");
    kernel.decided = via(8);
    expect(lines(watched)).toEqual(["ipv4 main 10.0.0.0/8 eth2 1"]);
    kernel.decided = via(24, 100, MULTIPATH);
    expect(lines(watched)).toEqual(["ipv4 100 10.0.0.0/8 multipath 1"]);
    kernel.decided = undefined;
    expect(lines(watched)).toEqual(["ipv4 main 10.0.0.0/8  0"]);
    expect(kernel.read).toEqual([]);
  });

  it("takes no shorter route for an answer", () => {
    const kernel = new Kernel();
    kernel.decided = via(0, 100);
    expect(lines(kernel.watch("10.0.0.0/8"))).toEqual(["ipv4 main 10.0.0.0/8  0"]);
    expect(lines(kernel.watch("0.0.0.0/0"))).toEqual(["ipv4 100 0.0.0.0/0 eth2 1"]);
  });

  it("asks in the VRF of a table, by name or number, and takes its own answer only", () => {
    const kernel = new Kernel();
    kernel.decided = via(32, 1010);
    expect(lines(kernel.watch("2001:db8::/32@red"))).toEqual(["ipv6 red 2001:db8::/32 eth2 1"]);
    expect(lines(kernel.watch("2001:db8::/32@1010"))).toEqual(["ipv6 red 2001:db8::/32 eth2 1"]);
    expect(kernel.asked.map(({ family, vrf }) => [family, vrf])).toEqual([
      [1, 9],
      [1, 9],
    ]);
    kernel.decided = via(32, 254);
    expect(lines(kernel.watch("2001:db8::/32@red"))).toEqual(["ipv6 red 2001:db8::/32  0"]);
    expect(kernel.read).toEqual([]);
  });

  it("reads a table that the rules do not lead to, and main only if they answered from elsewhere", () => {
    const kernel = new Kernel();
    kernel.found = via(8, 500, 3);
    expect(lines(kernel.watch("10.0.0.0/8@500", "10.0.0.0/9@500"))).toEqual([
      "ipv4 500 10.0.0.0/8 eth3 1",
      "ipv4 500 10.0.0.0/9  0",
    ]);
    expect(kernel.read).toEqual([500]);
    expect(kernel.asked.map(({ vrf }) => vrf)).toEqual([0, 0]);
    expect(lines(kernel.watch("10.0.0.0/8@main"))).toEqual(["ipv4 main 10.0.0.0/8  0"]);
    expect(kernel.read).toEqual([500]);
    kernel.decided = via(32, 255);
    kernel.found = via(8, 254, 3);
    expect(lines(kernel.watch("10.0.0.0/8@main"))).toEqual(["ipv4 main 10.0.0.0/8 eth3 1"]);
    expect(kernel.read).toEqual([500, 254]);
  });

  it("shows a prefix once that is watched in the table that the rules lead to, too", () => {
    const kernel = new Kernel();
    const watched = kernel.watch("10.0.0.0/8", "10.0.0.0/8@main", "10.0.0.0/8@500");
    kernel.decided = via(8);
    expect(lines(watched)).toEqual(["ipv4 main 10.0.0.0/8 eth2 1", "ipv4 500 10.0.0.0/8  0"]);
    kernel.decided = undefined;
    expect(lines(watched)).toEqual(["ipv4 main 10.0.0.0/8  0", "ipv4 500 10.0.0.0/8  0"]);
  });

  it("starts only with tables that are known, and none twice", () => {
    const kernel = new Kernel();
    expect(refusal(kernel.watch("10.0.0.0/8", "10.0.0.0/8@main", "::/0@red", "::/0@4294967295"))).toBe("accepted");
    expect(refusal(kernel.watch("10.0.0.0/8@blue"))).toContain("10.0.0.0/8@blue: no table is called blue");
    for (const number of ["0", "4294967296"]) expect(refusal(kernel.watch(`::/0@${number}`))).toContain("no table");
    expect(refusal(kernel.watch("10.0.0.0/8@main", "10.0.0.0/8@254"))).toContain("10.0.0.0/8@main is the same");
    expect(kernel.asked).toEqual([]);
  });
});
