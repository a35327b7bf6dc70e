import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { KindWord } from "../../../daemon/kinds/list.js";
import { NetnsNames } from "../../../daemon/netns/names.js";
import { Naming } from "../../../daemon/netns/naming.js";
import { RtTables } from "../../../daemon/netns/rt_tables.js";
import { Listeners, type ListenersOptions, TooManyListeners } from "../../../daemon/stream/listeners.js";
import { DEFAULT_QUERY, type LookupQuery } from "../../../daemon/stream/query.js";
import { FakeSession } from "../../support/fake_session.js";

const NONE = 0xffff_ffff_ffff_ffffn;

let session: FakeSession;
let listeners: Listeners;
let ages: number[];

function build(options: Partial<ListenersOptions> = {}): Listeners {
  const report = (error?: Error) => expect.fail(error?.message);
  const names = new Naming({
    keepMs: 1000,
    report,
    names: new NetnsNames(report, { folders: [], reference: "/proc/self/ns/net" }),
    tables: new RtTables(report, "/nonexistent"),
  });
  const built = new Listeners({
    session,
    names,
    freshen: (maxAgeMs) => {
      ages.push(maxAgeMs);
      names.refresh(session.inventory(), performance.now());
    },
    most: 2,
    queueBytes: 65_536,
    netns: [],
    unseen: new Map<KindWord, string>(),
    ...options,
  });
  built.start();
  onTestFinished(() => built.stop());
  return built;
}

function open(query: Partial<LookupQuery> = {}, of = listeners) {
  const hearing = { lines: vi.fn(), end: vi.fn() };
  return {
    ...hearing,
    lines: of.open({ query: { ...DEFAULT_QUERY, ...query }, format: "json", verbose: 0 }, hearing),
    hearing,
  };
}

beforeEach(() => {
  ages = [];
  session = new FakeSession();
  session.addNetns({ cookie: 1n, isFirst: true });
  session.addNetns({ cookie: 5n, inode: 500 });
  listeners = build();
});

describe("listeners", () => {
  test("are told as many lines as were said, and what they got is counted", () => {
    const { lines } = open();
    session.listeners[0]?.say("a\nb\n", 2);
    expect(lines.take().toString()).toBe("a\nb\n");
    expect(lines.take()).toHaveLength(0);
    expect([listeners.count, listeners.lines]).toEqual([1, 2]);
  });

  test("beyond the limit are refused, until one closes", () => {
    const first = open();
    open();
    expect(() => open()).toThrow(TooManyListeners);
    expect(session.listeners).toHaveLength(2);
    first.lines.close();
    first.lines.close();
    expect(listeners.count).toBe(1);
    open();
    expect(listeners.count).toBe(2);
  });

  test("have the names of the moment they come, and of every refresh while there are any", () => {
    listeners.refresh();
    expect(session.names).toBeUndefined();
    const { lines } = open();
    expect(session.names).toMatchObject({ netns: ["host", ""], inodes: Uint32Array.of(4_026_531_841, 500) });
    session.addNetns({ cookie: 6n });
    listeners.refresh();
    expect(session.names?.cookies).toEqual(BigUint64Array.of(1n, 5n, 6n));
    lines.close();
    session.addNetns({ cookie: 7n });
    listeners.refresh();
    expect(session.names?.cookies).toHaveLength(3);
  });

  test("are refreshed every second without being asked", () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { lines } = open();
    session.addNetns({ cookie: 6n });
    vi.advanceTimersByTime(1000);
    expect(session.names?.cookies).toHaveLength(3);
    lines.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("to a namespace by name hear the one that bears the name now", () => {
    open({ netns: "500" });
    open({ netns: "host" });
    const [byName, host] = session.listeners;
    expect([byName?.filter.netns, host?.filter.netns]).toEqual([5n, 1n]);
    session.removeNetns(5n);
    listeners.refresh();
    expect(byName?.filter.netns).toBe(NONE);
    session.addNetns({ cookie: 9n, inode: 500 });
    listeners.refresh();
    expect([byName?.filter.netns, host?.filter.netns]).toEqual([9n, 1n]);
  });

  test("to a VRF's table keep its number when the VRF is gone", () => {
    session.setDevice({ netns: 5n, ifindex: 3, name: "vrf-red", vrfTable: 1001 });
    open({ table: "vrf-red" });
    expect(session.listeners[0]?.filter.table).toBe(1001);
    expect(session.names?.tables).toContain("vrf-red");
    session.removeDevice(5n, 3);
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + 10_000);
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    listeners.refresh();
    expect(session.listeners[0]?.filter.table).toBe(1001);
    expect(() => open({ table: "vrf-red" })).toThrow("table:");
  });

  test("to a name that VRFs of two namespaces share need the namespace too", () => {
    session.setDevice({ netns: 1n, ifindex: 3, name: "vrf-red", vrfTable: 1001 });
    session.setDevice({ netns: 5n, ifindex: 3, name: "vrf-red", vrfTable: 1002 });
    expect(() => open({ table: "vrf-red" })).toThrow("table:");
    open({ table: "vrf-red", netns: "500" });
    expect(session.listeners[0]?.filter).toMatchObject({ table: 1002, netns: 5n });
  });

  test("want the names of now when they come, and later those of the last second", () => {
    open();
    listeners.refresh();
    expect(ages[0]).toBe(0);
    expect(ages[1]).toBeGreaterThan(0);
    expect(ages[1]).toBeLessThan(1000);
  });

  test("are refused for what cannot be seen, and for a bad query before a place is looked for", () => {
    const some = build({ unseen: new Map([["rule", "the kernel has no tracepoint for them"]]), most: 0 });
    expect(() => open({ kinds: ["rule"] }, some)).toThrow("kind: rule lookups cannot be seen here: the kernel has no");
    expect(() => open({}, some)).toThrow(TooManyListeners);
    expect(() => some.check({ ...DEFAULT_QUERY, dst: "x" })).toThrow("dst: ");
  });

  test("hear only of the namespaces the daemon shows", () => {
    const two = build({ netns: ["host", "500"] });
    expect(() => open({}, two)).toThrow("netns: one of host, 500 is needed");
    expect(() => open({ netns: "600" }, two)).toThrow('netns: "600" is not shown');
    open({ netns: "500" }, two);
    const one = build({ netns: ["host"] });
    open({}, one);
    expect(session.listeners.map(({ filter }) => filter.netns)).toEqual([5n, 1n]);
  });

  test("may ask by inode for a namespace that is shown by its name, and hear whatever bears the name then", () => {
    const one = build({ netns: ["host"] });
    open({ netns: "4026531841" }, one);
    expect(session.listeners[0]?.filter).toMatchObject({ netns: 1n });
    expect(() => open({ netns: "500" }, one)).toThrow('netns: "500" is not shown by this daemon: host');
  });

  test("get what is said up to the end, and none comes after it", async () => {
    const { hearing, lines } = open();
    let last = "";
    hearing.end.mockImplementation(() => {
      last = lines.take().toString();
    });
    const stopped = listeners.stop();
    session.listeners[0]?.say("last\n");
    await stopped;
    expect([last, listeners.count, session.listeners.length]).toEqual(["last\n", 0, 0]);
    expect(() => open()).toThrow(TooManyListeners);
  });

  test("leave no place behind if the kernel's side refuses one", () => {
    session.failing.set("listen", new Error("refused"));
    expect(() => open()).toThrow("refused");
    expect(listeners.count).toBe(0);
  });
});
