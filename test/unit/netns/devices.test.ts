import { describe, expect, it } from "vitest";
import { EGRESS_MULTIPATH } from "../../../daemon/fib/lookup.js";
import { DeviceNames } from "../../../daemon/netns/devices.js";

const row = (netns: bigint, ifindex: number, name: string, vrfTable = 0) => ({ netns, ifindex, name, vrfTable });

describe("DeviceNames", () => {
  it("tells devices of two namespaces with one ifindex apart", () => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, "eth0"), row(2n, 2, "veth0")], 0);
    expect([devices.egress(1n, 2), devices.egress(2n, 2)]).toEqual(["eth0", "veth0"]);
  });

  it("has words for no device, for several, and for one never seen", () => {
    const devices = new DeviceNames(1000);
    expect(devices.egress(1n, 0)).toBe("");
    expect(devices.egress(1n, EGRESS_MULTIPATH)).toBe("multipath");
    expect(devices.egress(1n, 17)).toBe("17");
  });

  it.each(["multipath", "other"])("shows a device that is called %s by its number", (name) => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, name)], 0);
    expect(devices.egress(1n, 2)).toBe("2");
  });

  it("follows a rename", () => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, "eth0")], 0);
    devices.refresh([row(1n, 2, "wan")], 1);
    expect(devices.egress(1n, 2)).toBe("wan");
  });

  it("keeps the last name of a device that is gone, until the time is over", () => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, "eth0", 10)], 0);
    devices.refresh([], 1000);
    expect([devices.egress(1n, 2), devices.vrf(1n, 10), devices.isPresent(1n, 2)]).toEqual(["eth0", "eth0", false]);
    devices.refresh([], 1001);
    expect([devices.egress(1n, 2), devices.vrf(1n, 10)]).toEqual(["2", ""]);
  });

  it("knows the VRF of a table in its own namespace only", () => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, "vrf-red", 10)], 0);
    expect([devices.vrf(1n, 10), devices.vrf(2n, 10), devices.vrf(1n, 0)]).toEqual(["vrf-red", "", ""]);
  });

  it("takes a device for no VRF unless it is one", () => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, "eth0")], 0);
    expect(devices.vrf(1n, 0)).toBe("");
    expect([...devices.vrfs()]).toEqual([]);
  });

  it("lists every VRF with its namespace and table", () => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, "red", 10), row(1n, 3, "blue", 11), row(2n, 2, "red", 20)], 0);
    expect([...devices.vrfs()]).toEqual([
      { netns: 1n, table: 10, name: "red" },
      { netns: 1n, table: 11, name: "blue" },
      { netns: 2n, table: 20, name: "red" },
    ]);
  });

  it("counts the time of a name from when its device was last there", () => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, "eth0", 10)], 0);
    devices.refresh([row(1n, 2, "eth0", 10)], 900);
    devices.refresh([], 1800);
    expect([devices.egress(1n, 2), devices.vrf(1n, 10)]).toEqual(["eth0", "eth0"]);
  });

  it("forgets one device of a namespace and keeps the other", () => {
    const devices = new DeviceNames(1000);
    devices.refresh([row(1n, 2, "eth0"), row(1n, 3, "eth1")], 0);
    devices.refresh([row(1n, 3, "eth1")], 1001);
    expect([devices.egress(1n, 2), devices.egress(1n, 3)]).toEqual(["2", "eth1"]);
  });

  it("says that a device is there only of one the last refresh saw in that namespace", () => {
    const devices = new DeviceNames(1000);
    expect(devices.isPresent(1n, 2)).toBe(false);
    devices.refresh([row(1n, 2, "eth0")], 5);
    expect([devices.isPresent(1n, 2), devices.isPresent(1n, 3), devices.isPresent(2n, 2)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
