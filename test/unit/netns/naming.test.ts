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
});
