import { describe, expect, it } from "vitest";
import { kind as tunnel } from "../../../daemon/kinds/tunnel/kind.js";
import type { TunnelRow } from "../../../daemon/native/session.js";
import { reader } from "./reading.js";

const row = (own: Partial<TunnelRow>): TunnelRow => ({
  ...{ netns: 1n, name: "t0", kind: "ipip", noRoute: 1, loop: 2, dropped: 0 },
  ...own,
});
const read = (...tunnels: TunnelRow[]) =>
  tunnel.accounts.flatMap((account) => reader(account, () => "blue")({ tunnels }));

describe("the collector tunnel", () => {
  it("shows each reason of each device, a forwarding table only of VXLAN", () => {
    expect(read(row({}), row({ name: "v0", kind: "vxlan", dropped: 3 }))).toEqual([
      "blue t0 ipip no_route 1",
      "blue t0 ipip loop 2",
      "blue v0 vxlan no_route 1",
      "blue v0 vxlan loop 2",
      "blue v0 vxlan no_fdb_entry 3",
    ]);
  });

  it("adds devices of one name up, and leaves out namespaces that are not to be shown", () => {
    expect(read(row({}), row({ netns: 2n }), row({ netns: 99n }))).toEqual([
      "blue t0 ipip no_route 2",
      "blue t0 ipip loop 4",
    ]);
  });

  it("drops a device that is gone", () => {
    const again = tunnel.accounts.map((account) => reader(account));
    expect(again.flatMap((own) => own({ tunnels: [row({})] }))).toHaveLength(2);
    expect(again.flatMap((own) => own({ tunnels: [] }))).toEqual([]);
  });
});
