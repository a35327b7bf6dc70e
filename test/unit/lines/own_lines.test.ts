import { statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type OwnLinesOptions, openOwnLines } from "../../../daemon/lines/own_lines.js";
import { ABI } from "../../../daemon/native/abi.js";
import { BadQuery, DEFAULT_QUERY } from "../../../daemon/stream/query.js";
import { FakeSession } from "../../support/fake_session.js";

const INODE = statSync("/proc/self/ns/net").ino;

let session: FakeSession;
let notes: string[];

beforeEach(() => {
  session = freshSession();
  notes = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function freshSession(): FakeSession {
  const fresh = new FakeSession();
  fresh.addNetns({ cookie: 23n, inode: INODE });
  fresh.addNetns({ cookie: 24n, inode: 7 });
  return fresh;
}

function open(options: Partial<OwnLinesOptions> = {}) {
  return openOwnLines({
    query: DEFAULT_QUERY,
    ownNetns: true,
    format: "text",
    verbose: 0,
    colour: false,
    probe: "auto",
    note: (text) => notes.push(text),
    openSession: () => session,
    openRouteChanges: () => expect.fail("nobody asked for changes"),
    ...options,
  });
}

const NO_RULES = { kind: ABI.TS_KIND_rule, reason: "the kernel has no tracepoint for them", part: "" };

describe("probes of its own", () => {
  test("hear of changes of routes only for who asks, and no longer than the listener", () => {
    const told: string[] = [];
    const source = open({
      query: { ...DEFAULT_QUERY, kinds: ["change"] },
      openRouteChanges: (opened) => {
        told.push(opened === session ? "opened" : "of another session");
        return { close: () => told.push(`closed with ${session.listeners.length} listeners`) };
      },
    });
    expect(told).toEqual(["opened"]);
    source.close();
    source.close();
    expect(told).toEqual(["opened", "closed with 0 listeners"]);
  });

  test("listen in the own namespace only, by its cookie", () => {
    const source = open();
    expect(session.listeners[0]?.filter.netns).toBe(23n);
    source.close();
  });

  test("listen everywhere if so asked", () => {
    const source = open({ ownNetns: false });
    expect(session.listeners[0]?.filter).not.toHaveProperty("netns");
    source.close();
  });

  test("cannot listen in a namespace that the kernel did not tell of", () => {
    const other = new FakeSession();
    const opening = () => open({ openSession: () => other });
    expect(opening).toThrow(expect.objectContaining({ code: "own_netns_unknown" }));
    expect(other.isClosed).toBe(true);
  });

  test("are closed if the query cannot be met", () => {
    expect(() => open({ query: { ...DEFAULT_QUERY, table: "nobody-knows" } })).toThrow(BadQuery);
    expect(session.isClosed).toBe(true);
  });

  test("follow a namespace that is asked for by name when it comes to be", async () => {
    vi.useFakeTimers();
    const source = open({ ownNetns: false, query: { ...DEFAULT_QUERY, netns: "4242" } });
    const cookie = () => session.listeners[0]?.filter.netns;
    expect(cookie()).not.toBe(25n);
    session.addNetns({ cookie: 25n, inode: 4242 });
    await vi.advanceTimersByTimeAsync(1100);
    expect(cookie()).toBe(25n);
    source.close();
  });

  test("keep to what they know while names cannot be read, and say so once each time", async () => {
    vi.useFakeTimers();
    const source = open({ format: "json" });
    notes.length = 0;
    for (let outage = 0; outage < 2; outage += 1) {
      session.failing.set("inventory", new Error("no such thing"));
      await vi.advanceTimersByTimeAsync(5000);
      session.failing.clear();
      await vi.advanceTimersByTimeAsync(5000);
    }
    const told = ["read names: no such thing; the last good ones are kept", "names are read again"];
    expect(notes).toEqual([...told, ...told]);
    source.close();
  });

  test("say once in each outage that the ring cannot be waited for", async () => {
    vi.useFakeTimers();
    const source = open({ query: { ...DEFAULT_QUERY, kinds: ["route"] } });
    const fault = "wait for the event ring: EBADF";
    for (const outage of [fault, "", fault]) {
      session.dropped = { ...session.dropped, fault: outage };
      await vi.advanceTimersByTimeAsync(5000);
    }
    const [late, again] = [`${fault}; lines come late`, "the event ring can be waited for again"];
    expect(notes).toEqual([late, again, late]);
    source.close();
  });

  test("tell once of a kind that cannot be seen", () => {
    session.unseenKinds = [NO_RULES];
    open().close();
    expect(notes).toEqual(["rule lookups cannot be seen: the kernel has no tracepoint for them"]);
  });

  test.each([true, false])(
    "tell of what cannot be seen elsewhere unless the own namespace alone is asked for: %s",
    (ownNetns) => {
      const cause = "the kernel has no tracepoint for them";
      session.unseenKinds = [{ kind: ABI.TS_KIND_route, reason: cause, part: "changes elsewhere", isElsewhere: true }];
      open({ ownNetns }).close();
      expect(notes).toEqual(ownNetns ? [] : [`changes elsewhere cannot be seen: ${cause}`]);
    },
  );

  test("say nothing of what nobody wants", () => {
    open({ query: { ...DEFAULT_QUERY, kinds: ["route"] } }).close();
    expect(notes).toEqual([]);
    expect(session.unseenKinds).toEqual([]);
  });

  test("are refused where nothing could be seen, with the reason, and why trampolines are not used", () => {
    session.unseenKinds = [NO_RULES];
    const opening = () => open({ query: { ...DEFAULT_QUERY, kinds: ["rule"] } });
    expect(opening).toThrow(
      /see rule lookups: the kernel has no tracepoint for them; trampoline: trampolines are refused/,
    );
    expect(session.isClosed).toBe(true);
  });
});

describe("their lines", () => {
  test("come in the order in which they were said", async () => {
    const source = open();
    session.listeners[0]?.say("a\n");
    expect((await source.next())?.toString()).toBe("a\n");
    const next = source.next();
    session.listeners[0]?.say("b\nc\n", 2);
    expect((await next)?.toString()).toBe("b\nc\n");
    source.close();
  });

  test("still come after a stop, as long as some were on their way, and nothing new is asked for", async () => {
    const source = open();
    const next = source.next();
    source.stop();
    expect(session.listeners[0]?.filter.results).toBe(0);
    session.listeners[0]?.say("late\n");
    expect((await next)?.toString()).toBe("late\n");
    expect(await source.next()).toBeUndefined();
    source.close();
  });

  test("end at once when it is closed, which frees everything", async () => {
    const source = open();
    const next = source.next();
    source.close();
    source.close();
    expect(await next).toBeUndefined();
    expect(session.listeners).toHaveLength(0);
    expect(session.isClosed).toBe(true);
    source.stop();
    expect(source.dropped()).toEqual({ ringbuf: 0, queue: 0, daemon: 0 });
  });
});
