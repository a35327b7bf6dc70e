import { describe, expect, it } from "vitest";
import { ipErrors, packets } from "../../../../daemon/kinds/mib/packets.js";
import { ABI } from "../../../../daemon/native/abi.js";
import { EMPTY_INVENTORY } from "../../../../daemon/native/session.js";
import { netnsRow, reader } from "../reading.js";

/** Each number tells its row, family and column: 1203 is column 3 of IPv6 in the second row. */
function numbered(rows: number): Float64Array {
  const mib = new Float64Array(rows * 2 * ABI.TS_MIBS);
  return mib.map((_, at) => {
    const [group, column] = [Math.floor(at / ABI.TS_MIBS), at % ABI.TS_MIBS];
    return Math.floor(group / 2) * 1000 + ((group % 2) + 1) * 100 + column;
  });
}

const netns = [netnsRow(1n), netnsRow(2n)];

describe("packets of the collector mib", () => {
  it("takes each path from its column, family and namespace", () => {
    expect(reader(packets)({ netns, mib: numbered(2) })).toEqual([
      "ns1 ipv4 forwarded 102",
      "ns1 ipv4 sent 103",
      "ns1 ipv4 delivered 104",
      "ns1 ipv6 forwarded 202",
      "ns1 ipv6 sent 203",
      "ns1 ipv6 delivered 204",
      "ns2 ipv4 forwarded 1102",
      "ns2 ipv4 sent 1103",
      "ns2 ipv4 delivered 1104",
      "ns2 ipv6 forwarded 1202",
      "ns2 ipv6 sent 1203",
      "ns2 ipv6 delivered 1204",
    ]);
  });

  it("keeps a label set the same object, so that it is formatted once", () => {
    const read = packets.open();
    const names = { label: (cookie: bigint) => `ns${cookie}`, table: String, protocol: String };
    const labels = () => read({ ...EMPTY_INVENTORY, netns, mib: numbered(2) }, names).map((sample) => sample.labels);
    const before = labels();
    const after = labels();
    expect(after.every((own, at) => own === before[at])).toBe(true);
  });
});

describe("errors of the collector mib", () => {
  const mib = numbered(1);
  mib[ABI.TS_MIBS + ABI.TS_MIB_RP_FILTER] = Number.NaN;

  it("adds what is discarded on both ways, and shows nothing that the kernel does not count", () => {
    expect(reader(ipErrors)({ netns: [netnsRow(1n)], mib })).toEqual([
      "ns1 ipv4 rp_filter 111",
      "ns1 ipv4 address 105",
      "ns1 ipv4 header 106",
      "ns1 ipv4 discard 215",
      "ns1 ipv4 too_big 109",
      "ns1 ipv4 fragmentation 110",
      "ns1 ipv6 address 205",
      "ns1 ipv6 header 206",
      "ns1 ipv6 discard 415",
      "ns1 ipv6 too_big 209",
      "ns1 ipv6 fragmentation 210",
    ]);
  });
});
