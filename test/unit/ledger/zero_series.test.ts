import { describe, expect, it } from "vitest";
import { type RouteLabels, routeLookups } from "../../../daemon/kinds/route/kind.js";
import { ZeroSeries } from "../../../daemon/ledger/zero_series.js";

const FOUND: RouteLabels = { netns: "blue", family: "ipv4", table: "main", egress: "eth0", result: "found" };
const MISS: RouteLabels = { ...FOUND, egress: "", result: "no_route" };
function make(): ZeroSeries<RouteLabels> {
  const { metric, zeros = expect.fail("none") } = routeLookups;
  return new ZeroSeries(metric.labels, zeros);
}

const results = (zeros: ZeroSeries<RouteLabels>, room = 100) => zeros.samples(room).map(({ labels }) => labels.result);

describe("ZeroSeries", () => {
  it("shows every way to fail at 0 for a table that was seen, throw for IPv6 only", () => {
    const zeros = make();
    zeros.add(FOUND);
    expect(zeros.samples(100)[0]).toEqual({ labels: MISS, value: 0 });
    expect(results(zeros)).toEqual(["no_route", "unreachable", "prohibit", "blackhole", "error"]);
    zeros.remove(FOUND);
    zeros.add({ ...FOUND, family: "ipv6" });
    expect(results(zeros)).toEqual(["no_route", "unreachable", "prohibit", "blackhole", "throw", "error"]);
  });

  it("leaves out a failure that has happened, and brings it back when that series has ended", () => {
    const zeros = make();
    zeros.add(FOUND);
    zeros.add(MISS);
    expect(results(zeros)).not.toContain("no_route");
    zeros.remove(MISS);
    expect(results(zeros)).toContain("no_route");
  });

  it("shows none for a table whose last series has ended", () => {
    const zeros = make();
    zeros.add(FOUND);
    zeros.add({ ...FOUND, egress: "eth1" });
    zeros.remove(FOUND);
    expect(results(zeros)).toHaveLength(5);
    zeros.remove({ ...FOUND, egress: "eth1" });
    expect(results(zeros)).toEqual([]);
  });

  it("takes no more than the room left", () => {
    const zeros = make();
    zeros.add(FOUND);
    expect([results(zeros, 2).length, results(zeros, 0).length]).toEqual([2, 0]);
  });
});
