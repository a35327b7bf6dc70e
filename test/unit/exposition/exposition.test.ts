import { describe, expect, it } from "vitest";
import type { Format } from "../../../daemon/exposition/families.js";
import { Bench, busy, EXPIRY_MS, type Limits, WINDOW_MS } from "../../support/counting_bench.js";

describe("Exposition", () => {
  it.each(["text", "openmetrics"] as const)("renders the whole exposition as ever: %s", async (format) => {
    const bench = new Bench();
    busy(bench);
    await bench.exposition.render(format);
    bench.now = 1000;
    await expect(await bench.exposition.render(format)).toMatchFileSnapshot(`golden/scrape.${format}.txt`);
  });

  it("shows the watched routes as they are at each scrape, and none while they cannot be read", async () => {
    const prefix = { family: "ipv4", prefix: "10.0.0.0/8" } as const;
    let egress = "eth0";
    const samples = () => {
      if (egress === "") throw new Error("EIO");
      return [{ labels: { ...prefix, table: "main", egress }, value: 1 }];
    };
    const bench = new Bench({}, { samples });
    const line = (device: string) => `{family="ipv4",table="main",prefix="10.0.0.0/8",egress="${device}"} 1`;
    expect(await bench.lines("watched_route")).toEqual([line("eth0")]);
    egress = "eth1";
    expect(await bench.lines("watched_route")).toEqual([line("eth1")]);
    egress = "";
    expect(await bench.lines("watched_route")).toEqual([]);
    expect(await bench.lines("read_errors_total")).toContain('{source="routes"} 2');
    expect(bench.told).toEqual(["routes: EIO"]);
    egress = "eth0";
    expect(await bench.lines("watched_route")).toEqual([line("eth0")]);
    expect(bench.told).toEqual(["routes: EIO", "routes: works"]);
  });

  it("shows changes of routes that come from two sides as one metric, added up where namespaces share a name", async () => {
    const bench = new Bench();
    bench.session.addNetns({ cookie: 2n, inode: 4026532201 });
    bench.netns.set(1n, "host").set(2n, "blue");
    bench.session.count({ netns: 2n, kind: "change", table: 254, egress: 12 }, 23);
    const main = (netns: string, change: string) =>
      `{netns="${netns}",family="ipv4",table="main",protocol="bird",change="${change}"}`;
    expect((await bench.lines("route_changes_total")).filter((line) => line.includes('"main"'))).toEqual([
      ...[`${main("host", "added")} 2`, `${main("host", "replaced")} 1`, `${main("host", "removed")} 2`],
      ...[`${main("blue", "added")} 23`, `${main("blue", "removed")} 0`],
    ]);
    expect((await bench.exposition.render("text")).match(/^# TYPE tablesnoop_route_changes_total/gm)).toHaveLength(1);
    bench.netns.set(2n, "host");
    bench.session.count({ netns: 2n, kind: "change", table: 254, egress: 12 }, 1);
    expect(await bench.lines("route_changes_total")).toContain(`${main("host", "added")} 3`);
  });

  describe("exemplars", () => {
    const stream = { maxListeners: 1, ringBytes: 65_536, queueBytes: 65_536, isInsecure: false };
    const series = '{netns="host",family="ipv6",table="main",egress="",result="no_route"}';

    async function failing(format: Format, limits: Partial<Limits>, destination: string): Promise<string[]> {
      const bench = new Bench(limits);
      bench.session.count({ netns: 1n, family: "ipv6", error: 11 }, 23);
      bench.session.count({ netns: 1n, family: "ipv6", egress: 2 }, 5);
      bench.session.fail([{ netns: 1n, family: "ipv6", destination, lookups: 23 }]);
      bench.now = 2_500;
      const text = await bench.exposition.render(format);
      expect(text.includes(" # {")).toBe(format === "openmetrics" && "stream" in limits && destination.length < 118);
      return text.split("\n").filter((line) => line.includes('result="no_route"') && line.includes("ipv6"));
    }

    it("name the latest failing destination in OpenMetrics where the stream is enabled", async () => {
      expect(await failing("openmetrics", { stream }, "2001:db8::7")).toEqual([
        `tablesnoop_route_lookups_total${series} 23 # {destination="2001:db8::7"} 1 1700000002.500`,
      ]);
    });

    it("are in no other place, and none is longer than the format allows", async () => {
      const plain = [`tablesnoop_route_lookups_total${series} 23`];
      expect(await failing("text", { stream }, "2001:db8::7")).toEqual(plain);
      expect(await failing("openmetrics", {}, "2001:db8::7")).toEqual(plain);
      expect(await failing("openmetrics", { stream }, "a".repeat(118))).toEqual(plain);
      expect(await failing("openmetrics", { stream }, "a".repeat(117))).not.toEqual(plain);
    });
  });

  it("renders both formats at the same time, each right and after the other", async () => {
    const bench = new Bench();
    busy(bench);
    await bench.exposition.render("text");
    const formats: Format[] = ["openmetrics", "text", "openmetrics", "text"];
    const [om, text, om2, text2] = await Promise.all(formats.map((format) => bench.exposition.render(format)));
    expect(om2).toBe(om);
    expect(text2).toBe(text);
    expect(text).toContain("# TYPE tablesnoop_route_lookups_total counter\ntablesnoop_route_lookups_total{");
    expect(om).toContain("# TYPE tablesnoop_route_lookups counter\ntablesnoop_route_lookups_total{");
    expect(om?.endsWith("\n# EOF\n")).toBe(true);
  });

  it("names the content type of each format", () => {
    const { exposition } = new Bench();
    expect(exposition.contentType("text")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(exposition.contentType("openmetrics")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  });

  it("shows process and Node metrics in both formats when asked to, and no counter that is none", async () => {
    const bench = new Bench({ exporterMetrics: true });
    bench.exposition.start();
    for (const format of ["openmetrics", "text", "openmetrics"] as const) {
      const text = await bench.exposition.render(format);
      expect(text).toMatch(/^process_cpu_user_seconds_total \d/m);
      expect(text).toMatch(/^nodejs_eventloop_lag_seconds \d/m);
      expect(text).not.toMatch(/^nodejs_active_\w+_total /m);
      const family = format === "text" ? "process_cpu_user_seconds_total" : "process_cpu_user_seconds";
      expect(text).toContain(`# TYPE ${family} counter`);
    }
  });

  it.each([
    ["counters", "route_lookups_total", '{netns="host",family="ipv4",table="main",egress="eth0",result="found"} 5'],
    ["inventory", "netns_info", '{netns="host",cookie="1",inode="4026531841"} 1'],
    ["probes", "probe_skipped_total", '{probe="p",backend="tracepoint"} 7'],
  ] as const)("counts a failure of %s and shows the last good data", async (source, metric, line) => {
    const bench = new Bench();
    bench.session.setProbes([
      { probe: "p", backend: "tracepoint", attached: true, isMissing: false, reason: "", skipped: 7n },
    ]);
    bench.session.count({ netns: 1n, egress: 2 }, 5);
    expect(await bench.lines(metric)).toContain(line);
    expect(bench.failed.size).toBe(0);

    bench.session.failing.set(source, new Error("EIO"));
    expect(await bench.lines(metric)).toContain(line);
    expect([...bench.failed]).toEqual([[source, new Error("EIO")]]);
    expect(await bench.lines("read_errors_total")).toContain(`{source="${source}"} 2`);

    bench.session.failing.clear();
    await bench.lines(metric);
    expect(bench.failed.size).toBe(0);
  });

  it("counts it as a failure of events if the ring cannot be waited for, and goes on counting what is lost", async () => {
    const bench = new Bench();
    bench.session.dropped = { ringbuf: 4, queue: 5, decode: 6, fault: "wait for the event ring: EBADF" };
    expect(await bench.lines("events_dropped_total")).toContain('{stage="ringbuf"} 4');
    expect([...bench.failed]).toEqual([["events", new Error("wait for the event ring: EBADF")]]);
    expect(await bench.lines("read_errors_total")).toContain('{source="events"} 2');

    bench.session.dropped = { ringbuf: 4, queue: 5, decode: 6, fault: "" };
    await bench.lines("events_dropped_total");
    expect(bench.failed.size).toBe(0);
    expect(bench.told).toEqual(["events: wait for the event ring: EBADF", "events: works"]);
  });

  it("counts a failure to read what is counted by destination, which is read once a second", async () => {
    const bench = new Bench();
    bench.session.failing.set("failedDestinations", new Error("EIO"));
    bench.now = 1000;
    expect(await bench.lines("read_errors_total")).toContain('{source="failures"} 1');
    bench.drain();
    expect([...bench.failed]).toEqual([["failures", new Error("EIO")]]);
    expect(await bench.lines("read_errors_total")).toContain('{source="failures"} 3');
    bench.session.failing.clear();
    bench.drain();
    expect(bench.failed.size).toBe(0);
  });

  it("tells once when a source begins to fail, and once when it works again", () => {
    const bench = new Bench();
    bench.session.failing.set("inventory", new Error("EIO"));
    bench.drain();
    bench.drain();
    bench.session.failing.clear();
    bench.drain();
    bench.drain();
    expect(bench.told).toEqual(["inventory: EIO", "inventory: works"]);
  });

  it("shows all of very many new keys in one scrape of many turns, also if a drain comes in between", async () => {
    const bench = new Bench({ seriesMax: 30_000 });
    for (let table = 1; table <= 4500; table += 1) bench.session.count({ netns: 1n, egress: 2, table }, 3);
    let turns = 0;
    const count = () => {
      turns += 1;
      // As the daemon's timer does: newer counts, while older ones are still taken in.
      if (turns === 2) bench.drain();
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    const lines = await bench.lines("route_lookups_total");
    clearImmediate(next);
    // Each key comes with five failures that have not happened.
    expect(turns).toBeGreaterThanOrEqual((6 * 4500) / 1000);
    const found = lines.filter((line) => line.includes('result="found"'));
    expect(found.length).toBe(4500);
    expect(found.filter((line) => !line.endsWith(" 3"))).toEqual([]);
  });

  it("takes in at once what was counted while counters could not be read", async () => {
    const bench = new Bench();
    bench.session.failing.set("counters", new Error("EIO"));
    bench.session.count({ netns: 1n, egress: 2 }, 5);
    await bench.lines("route_lookups_total");
    bench.session.failing.clear();
    expect((await bench.lines("route_lookups_total"))[0]).toMatch(/egress="eth0".* 5$/);
  });

  it("lets a new namespace wait for a failing inventory, for a minute, and then counts it as unknown", async () => {
    const bench = new Bench();
    bench.session.count({ netns: 7n, error: 11 }, 5);
    bench.session.failing.set("inventory", new Error("EIO"));
    expect(await bench.lines("route_lookups_total")).toEqual([]);
    bench.now = WINDOW_MS;
    expect((await bench.lines("route_lookups_total"))[0]).toMatch(/netns="unknown".*result="no_route"} 5$/);
  });

  it("gives a namespace that came between two drains its name, not unknown", async () => {
    const bench = new Bench();
    bench.session.failing.set("inventory", new Error("EIO"));
    bench.session.count({ netns: 7n, error: 11 }, 5);
    await bench.lines("route_lookups_total");
    bench.session.failing.clear();
    bench.session.addNetns({ cookie: 7n });
    bench.netns.set(7n, "blue");
    const lines = await bench.lines("route_lookups_total");
    expect(lines[0]).toMatch(/netns="blue".*result="no_route"} 5$/);
    expect(lines.filter((line) => line.includes("unknown"))).toEqual([]);
  });

  it("shows only the namespaces asked for, in every metric that has the label", async () => {
    const bench = new Bench({ netns: ["blue"] });
    busy(bench);
    bench.netns.set(2n, "blue");
    const text = await bench.exposition.render("text");
    const shown = [...text.matchAll(/netns="([^"]*)"/g)].map(([, netns]) => netns);
    expect([...new Set(shown)]).toEqual(["blue"]);
    expect(text).toMatch(/^tablesnoop_netns_info{netns="blue"/m);
  });

  it("drops the series of a namespace that is gone, and gives its indices back", async () => {
    const bench = new Bench();
    bench.session.addNetns({ cookie: 2n });
    bench.netns.set(2n, "blue");
    bench.session.count({ netns: 1n, egress: 2 }, 1);
    bench.session.count({ netns: 2n, error: 11 }, 5);
    expect(await bench.lines("route_failure_ratio")).toContain('{netns="blue",family="ipv4",table="main"} 1');
    bench.session.removeNetns(2n);
    bench.now = EXPIRY_MS;
    expect((await bench.lines("route_lookups_total")).join()).toContain("blue");
    expect(await bench.lines("netns_info")).toHaveLength(1);
    bench.now = EXPIRY_MS + 1;
    expect((await bench.exposition.render("text")).includes("blue")).toBe(false);
    expect(bench.session.indices).toHaveLength(2);
    bench.now += 2000;
    bench.drain();
    expect(bench.session.indices).toHaveLength(1);
    expect(bench.failed.size).toBe(0);
  });

  it("does not take a failing inventory for the absence of everything", async () => {
    const bench = new Bench();
    bench.session.count({ netns: 1n, egress: 2 }, 5);
    bench.drain();
    bench.session.failing.set("inventory", new Error("EIO"));
    bench.session.count({ netns: 7n, error: 11 }, 3);
    for (let drains = 0; drains < 10; drains += 1) {
      bench.now += EXPIRY_MS;
      bench.drain();
    }
    const lines = await bench.lines("route_lookups_total");
    expect(lines[0]).toMatch(/egress="eth0".* 5$/);
    expect(lines[1]).toMatch(/netns="unknown".* 3$/);
    expect(bench.session.indices).toHaveLength(2);
  });

  it("folds beyond the series limit and shows failures that did not happen only where there is room", async () => {
    const bench = new Bench({ seriesMax: 3 });
    bench.session.count({ netns: 1n, egress: 2 }, 1);
    expect(await bench.lines("route_lookups_total")).toEqual([
      '{netns="host",family="ipv4",table="main",egress="eth0",result="found"} 1',
      '{netns="host",family="ipv4",table="main",egress="",result="no_route"} 0',
      '{netns="host",family="ipv4",table="main",egress="",result="unreachable"} 0',
    ]);
    for (const table of [10, 11, 12]) bench.session.count({ netns: 1n, egress: 2, table }, 1);
    expect(await bench.lines("route_lookups_total")).toEqual([
      '{netns="host",family="ipv4",table="main",egress="eth0",result="found"} 1',
      '{netns="host",family="ipv4",table="10",egress="eth0",result="found"} 1',
      '{netns="host",family="ipv4",table="11",egress="eth0",result="found"} 1',
      '{netns="other",family="ipv4",table="other",egress="other",result="found"} 1',
    ]);
    expect(await bench.lines("series_folded_total")).toEqual([" 1"]);
  });

  it("tells how long the last finished scrape took, from the second scrape on", async () => {
    let now = 0;
    const bench = new Bench();
    bench.clock = () => now++ * 250;
    expect(await bench.lines("scrape_duration_seconds")).toEqual([]);
    expect((await bench.lines("scrape_duration_seconds"))[0]).toMatch(/^ 0\.5$/);
  });
});
