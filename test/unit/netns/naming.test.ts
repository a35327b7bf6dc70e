import { describe, expect, it } from "vitest";
import { EGRESS_MULTIPATH, NETNS_UNKNOWN } from "../../../daemon/fib/lookup.js";
import { NetnsNames } from "../../../daemon/netns/names.js";
import { Naming } from "../../../daemon/netns/naming.js";
import { RtTables } from "../../../daemon/netns/rt_tables.js";
import { FakeSession } from "../../support/fake_session.js";

function naming() {
  const report = (error?: Error) => expect.fail(error?.message);
  return new Naming({
    keepMs: 1000,
    report,
    names: new NetnsNames(report, { folders: [], reference: "/proc/self/ns/net" }),
    tables: new RtTables(report, "/nonexistent"),
  });
}

describe("Naming", () => {
  it("keeps the label of a namespace that is gone, until the time is over", () => {
    const session = new FakeSession();
    session.addNetns({ cookie: 1n, isFirst: true });
    const names = naming();
    names.refresh(session.inventory(), 0);
    session.removeNetns(1n);
    names.refresh(session.inventory(), 1000);
    expect([names.netns(1n), names.isPresent(1n, 0)]).toEqual(["host", false]);
    names.refresh(session.inventory(), 1001);
    expect([names.netns(1n), names.isKnown(1n)]).toEqual(["unknown", false]);
  });

  it("calls lookups without a namespace unknown, and never takes that namespace for gone", () => {
    const names = naming();
    names.refresh(new FakeSession().inventory(), 0);
    expect(names.netns(NETNS_UNKNOWN)).toBe("unknown");
    expect([names.isKnown(NETNS_UNKNOWN), names.isPresent(NETNS_UNKNOWN, 0)]).toEqual([true, true]);
    expect([names.isKnown(9n), names.isPresent(9n, 0)]).toEqual([false, false]);
  });

  it("judges no absence by an inventory that had to leave something out", () => {
    const session = new FakeSession();
    session.omitted = 1;
    const names = naming();
    names.refresh(session.inventory(), 0);
    expect(names.isPresent(9n, 3)).toBe(true);
  });

  it("misses a device that is gone, but not the one of several nexthops", () => {
    const session = new FakeSession();
    session.addNetns({ cookie: 1n });
    session.setDevice({ netns: 1n, ifindex: 2, name: "eth0" });
    const names = naming();
    names.refresh(session.inventory(), 0);
    expect([2, 3, 0, EGRESS_MULTIPATH].map((ifindex) => names.isPresent(1n, ifindex))).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it("names a VRF's table after its device", () => {
    const session = new FakeSession();
    session.setDevice({ netns: 1n, ifindex: 2, name: "vrf-red", vrfTable: 10 });
    const names = naming();
    names.refresh(session.inventory(), 0);
    expect([names.table(1n, 10), names.table(2n, 10), names.table(1n, 254)]).toEqual(["vrf-red", "10", "main"]);
  });

  it("counts the namespaces that are there, not those it remembers", () => {
    const session = new FakeSession();
    session.addNetns({ cookie: 1n, isFirst: true });
    session.addNetns({ cookie: 2n });
    const names = naming();
    names.refresh(session.inventory(), 0);
    expect(names.netnsCount).toBe(2);
    session.removeNetns(2n);
    names.refresh(session.inventory(), 500);
    expect(names.netnsCount).toBe(1);
  });

  it("tells of no absence before the first refresh", () => {
    expect(naming().isPresent(9n, 3)).toBe(true);
  });

  describe("finds a namespace", () => {
    function known() {
      const session = new FakeSession();
      session.addNetns({ cookie: 1n, isFirst: true, inode: 4026531840 });
      session.addNetns({ cookie: 2n, inode: 4026532001 });
      const names = naming();
      names.refresh(session.inventory(), 0);
      return { session, names };
    }

    it.each([
      ["host", 1n],
      ["4026531840", 1n],
      ["4026532001", 2n],
      ["blue", undefined],
      ["402653200", undefined],
      ["", undefined],
    ])("called %j: %s", (name, cookie) => {
      expect(known().names.netnsNamed(name)).toBe(cookie);
    });

    it("only while it is there, though its label is remembered longer", () => {
      const { session, names } = known();
      session.removeNetns(2n);
      names.refresh(session.inventory(), 500);
      expect([names.netns(2n), names.netnsNamed("4026532001")]).toEqual(["4026532001", undefined]);
    });

    it("by its label before one that has that text for its inode", () => {
      const session = new FakeSession();
      session.addNetns({ cookie: 1n, isFirst: true, inode: 7 });
      session.addNetns({ cookie: 2n, inode: 8 });
      const labels = new NetnsNames(() => undefined, { folders: [], reference: "/proc/self/ns/net" });
      labels.label = ({ inode }) => (inode === 8 ? "7" : "host");
      const names = new Naming({ keepMs: 1000, report: () => undefined, names: labels });
      names.refresh(session.inventory(), 0);
      expect(names.netnsNamed("7")).toBe(2n);
    });
  });

  describe("finds a table", () => {
    function known() {
      const session = new FakeSession();
      session.setDevice({ netns: 1n, ifindex: 2, name: "red", vrfTable: 10 });
      session.setDevice({ netns: 2n, ifindex: 2, name: "red", vrfTable: 10 });
      session.setDevice({ netns: 1n, ifindex: 3, name: "blue", vrfTable: 11 });
      session.setDevice({ netns: 2n, ifindex: 3, name: "blue", vrfTable: 12 });
      session.setDevice({ netns: 1n, ifindex: 4, name: "main", vrfTable: 13 });
      const names = naming();
      names.refresh(session.inventory(), 0);
      return names;
    }

    it("that has its name everywhere, before any VRF", () => {
      expect([known().tableNamed("local"), known().tableNamed("main"), known().tableNamed("main", 1n)]).toEqual([
        255, 254, 254,
      ]);
    });

    it("of a VRF that has one number wherever it is", () => {
      expect(known().tableNamed("red")).toBe(10);
    });

    it("of a VRF that differs from namespace to namespace only if one of them is asked for", () => {
      const names = known();
      expect([names.tableNamed("blue"), names.tableNamed("blue", 1n), names.tableNamed("blue", 2n)]).toEqual([
        undefined,
        11,
        12,
      ]);
    });

    it("of nobody not at all", () => {
      expect([known().tableNamed("green"), known().tableNamed("red", 3n), known().tableNamed("")]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    });
  });

  it("gives lines the names that metrics have, and none where metrics have a number", () => {
    const session = new FakeSession();
    session.addNetns({ cookie: 1n, isFirst: true, inode: 4026531840 });
    session.addNetns({ cookie: 2n, inode: 4026532001 });
    session.setDevice({ netns: 2n, ifindex: 2, name: "red", vrfTable: 10 });
    // Neither has a name of its own: the first is the main table, the second is called as another table.
    session.setDevice({ netns: 2n, ifindex: 3, name: "green", vrfTable: 254 });
    session.setDevice({ netns: 2n, ifindex: 4, name: "local", vrfTable: 11 });
    const names = naming();
    names.refresh(session.inventory(), 0);
    const { cookies, inodes, netns, tableNetns, tableIds, tables } = names.lineNames();
    expect([[...cookies], [...inodes], netns]).toEqual([
      [1n, 2n],
      [4026531840, 4026532001],
      ["host", ""],
    ]);
    const rows = tables.map((name, at) => [tableNetns[at], tableIds[at], name]);
    expect(new Set(rows)).toEqual(
      new Set([
        [0n, 255, "local"],
        [0n, 254, "main"],
        [0n, 253, "default"],
        [0n, 0, "unspec"],
        [2n, 10, "red"],
      ]),
    );
  });

  it("asks the device that was chosen for its name", () => {
    const session = new FakeSession();
    session.setDevice({ netns: 1n, ifindex: 2, name: "eth0" });
    const names = naming();
    names.refresh(session.inventory(), 0);
    expect([names.egress(1n, 2), names.egress(2n, 2)]).toEqual(["eth0", "2"]);
  });
});
