import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EGRESS_MULTIPATH } from "../../../daemon/fib/lookup.js";
import { KINDS } from "../../../daemon/kinds/list.js";
import { type RouteLabels, routeLookups } from "../../../daemon/kinds/route/kind.js";
import { Ledger, type Rise } from "../../../daemon/ledger/ledger.js";
import { ABI } from "../../../daemon/native/abi.js";
import { type FakeKey, FakeSession } from "../../support/fake_session.js";

const EXPIRY_MS = 1000;
const ETH0: FakeKey = { netns: 1n, egress: 2 };
const ETH1: FakeKey = { netns: 1n, egress: 3 };
const MISS: FakeKey = { netns: 1n, error: 11 };

/** A ledger over a fake session, with names that the test may change. */
class Bench {
  readonly session = new FakeSession(() => this.now);
  readonly ledger: Ledger;
  readonly gone = new Set<string>();
  readonly names = new Map<string, string>();
  shows = (_: string) => true;
  /** Whether the names are known of all that there is. */
  isNamed = true;
  namedAt = 0;
  counted = 0n;
  now = 0;

  constructor(seriesMax = 1000, expiryMs = EXPIRY_MS) {
    this.ledger = new Ledger({
      kinds: KINDS,
      names: {
        netns: (cookie) => this.#name(`ns${cookie}`),
        isKnown: () => false,
        table: (_, id) => String(id),
        egress: (_, ifindex) => this.#name(`dev${ifindex}`),
        protocol: (id) => String(id),
        isPresent: (netns, ifindex) => !this.gone.has(`ns${netns}`) && !this.gone.has(`ns${netns}/${ifindex}`),
        nftSet: (_, table, set) => ({ table: String(table), set: String(set), isPresent: !this.gone.has(`set${set}`) }),
      },
      shows: (netns) => this.shows(netns),
      ...{ expiryMs, seriesMax, windowMs: 60_000, startedAt: 0 },
    });
  }

  drain(now = this.now): boolean {
    this.now = now;
    const { isNamed, namedAt } = this;
    this.#count(this.ledger.advance({ at: now, rows: this.session.counters(), isNamed, namedAt }));
    return this.ledger.isWhole;
  }

  rest(): boolean {
    this.#count(this.ledger.rest());
    return this.ledger.isWhole;
  }

  /** All that is exported, except failures that have not happened. */
  get series(): Record<string, number> {
    const shown = this.routes.filter(({ labels, value }) => value > 0 || labels.result === "found");
    return Object.fromEntries(shown.map(({ labels, value }) => [describeRoute(labels), value]));
  }

  get routes() {
    return this.ledger.seen(routeLookups);
  }

  #count(rises: readonly Rise[]): void {
    for (const { lookups } of rises) this.counted += lookups;
  }

  #name(word: string): string {
    return this.names.get(word) ?? word;
  }
}

function describeRoute({ netns, egress, result }: RouteLabels): string {
  return [netns, egress, result].filter((word) => word !== "").join(" ");
}

function steps(bench: Bench) {
  return { session: bench.session, drain: () => bench.drain(), series: () => bench.series };
}

describe("Ledger", () => {
  it.each([
    ["a first count", [5], [5]],
    ["a rise", [5, 8], [5, 8]],
    ["no change", [5, 5], [5, 5]],
    ["a count of nothing", [0], [0]],
    ["a fall, which is a new beginning", [5, 3], [5, 8]],
    ["a fall to nothing", [5, 0, 2], [5, 5, 7]],
    ["counts beyond 2^53", [2 ** 60, 2 ** 60 + 2 ** 20], [2 ** 60, 2 ** 60 + 2 ** 20]],
  ])("takes in %s: kernel %j, exported %j", (_, counts, expected) => {
    const bench = new Bench();
    const exported = counts.map((count, drain) => {
      bench.session.restart();
      bench.session.count(ETH0, BigInt(count));
      bench.drain(drain);
      return bench.series["ns1 dev2 found"];
    });
    expect(exported).toEqual(expected);
  });

  it("takes in very many new keys by and by, each once", () => {
    const bench = new Bench(10_000);
    for (let key = 1; key <= 4500; key += 1) bench.session.count({ netns: 1n, egress: key }, 3);
    const isWhole = [bench.drain(), bench.rest()];
    bench.session.count({ netns: 1n, egress: 1 });
    isWhole.push(bench.drain(), bench.drain());
    expect(isWhole).toEqual([false, false, true, true]);
    expect(bench.counted).toBe(3n * 4500n + 1n);
    expect(bench.series["ns1 dev4500 found"]).toBe(3);
  });

  it("leaves lookups with several nexthops until all choices are taken in", () => {
    const bench = new Bench(10_000);
    bench.session.count({ netns: 1n, egress: EGRESS_MULTIPATH }, 10);
    for (let key = 1; key <= 2500; key += 1) bench.session.count({ netns: 1n, egress: key });
    bench.session.count({ netns: 1n, egress: 7000, type: ABI.TS_ROUTE_SELECTED }, 10);
    expect([bench.drain(), bench.rest()]).toEqual([false, true]);
    expect(bench.series["ns1 dev7000 found"]).toBe(10);
    expect(bench.series[`ns1 dev${EGRESS_MULTIPATH} found`]).toBe(0);
  });

  it("adds keys of one label set up", () => {
    const bench = new Bench();
    bench.names.set("ns2", "ns1");
    bench.session.count(ETH0, 3);
    bench.session.count({ ...ETH0, netns: 2n }, 4);
    bench.drain();
    expect(bench.series).toEqual({ "ns1 dev2 found": 7 });
  });

  it("leaves counts with the old name of a renamed device and begins the new one at 0", () => {
    const bench = new Bench();
    bench.session.count(ETH0, 5);
    bench.drain();
    bench.names.set("dev2", "wan");
    bench.drain();
    expect(bench.series).toEqual({ "ns1 dev2 found": 5, "ns1 wan found": 0 });
    bench.session.count(ETH0, 2);
    bench.drain();
    expect(bench.series).toEqual({ "ns1 dev2 found": 5, "ns1 wan found": 2 });
  });

  it("drops the old name once it has not been fed for the expiry time", () => {
    const bench = new Bench();
    bench.session.count(ETH0, 5);
    bench.drain(0);
    bench.names.set("dev2", "wan");
    bench.drain(EXPIRY_MS);
    expect(Object.keys(bench.series)).toContain("ns1 dev2 found");
    bench.drain(EXPIRY_MS + 1);
    expect(bench.series).toEqual({ "ns1 wan found": 0 });
  });

  it("keeps an idle series as long as its device is there", () => {
    const bench = new Bench();
    bench.session.count(ETH0, 5);
    for (let now = 0; now <= 10 * EXPIRY_MS; now += EXPIRY_MS / 2) bench.drain(now);
    expect(bench.series).toEqual({ "ns1 dev2 found": 5 });
  });

  it.each(["ns1", "ns1/2"])(
    "drops the series when %s is gone for the expiry time, though the key is still read",
    (word) => {
      const bench = new Bench();
      bench.session.count(ETH0, 5);
      bench.drain(0);
      bench.gone.add(word);
      bench.drain(EXPIRY_MS);
      expect(bench.series).toEqual({ "ns1 dev2 found": 5 });
      bench.drain(EXPIRY_MS + 1);
      expect(bench.series).toEqual({});
    },
  );

  it("begins the series of a device anew that comes back after that", () => {
    const bench = new Bench();
    bench.session.count(ETH0, 5);
    bench.drain(0);
    bench.gone.add("ns1/2");
    bench.drain(EXPIRY_MS + 1);
    bench.gone.clear();
    bench.session.count(ETH0, 2);
    bench.drain(EXPIRY_MS + 2);
    expect(bench.series).toEqual({ "ns1 dev2 found": 2 });
  });

  it("lets the series of a namespace rise on when another one takes the name", () => {
    const bench = new Bench();
    bench.names.set("ns1", "blue").set("ns2", "blue");
    bench.session.count(MISS, 5);
    bench.drain(0);
    bench.gone.add("ns1");
    bench.session.count({ ...MISS, netns: 2n }, 1);
    bench.drain(10);
    expect(bench.series).toEqual({ "blue no_route": 6 });
    bench.drain(EXPIRY_MS * 5);
    expect(bench.series).toEqual({ "blue no_route": 6 });
  });

  it("counts hidden lookups for nobody, also when they are shown later", () => {
    const bench = new Bench();
    bench.shows = (netns) => netns === "blue";
    bench.session.count(ETH0, 5);
    bench.drain();
    expect(bench.series).toEqual({});
    bench.names.set("ns1", "blue");
    bench.session.count(ETH0, 2);
    bench.drain();
    expect(bench.series).toEqual({ "blue dev2 found": 2 });
  });

  it("counts a key anew that was not there for a drain", () => {
    const bench = new Bench();
    bench.session.count(ETH0, 5);
    bench.drain();
    bench.session.restart();
    bench.drain();
    bench.session.count(ETH0, 7);
    bench.drain();
    expect(bench.series).toEqual({ "ns1 dev2 found": 12 });
  });

  it("leaves what cannot be named yet for a later drain, and loses none of it", () => {
    const bench = new Bench();
    bench.isNamed = false;
    bench.session.count(ETH0, 5);
    bench.drain();
    expect(bench.series).toEqual({});
    bench.isNamed = true;
    bench.session.count(ETH0, 2);
    bench.drain();
    expect(bench.series).toEqual({ "ns1 dev2 found": 7 });
  });

  describe("where the choice among several nexthops is seen", () => {
    const SEVERAL: FakeKey = { netns: 1n, egress: EGRESS_MULTIPATH };
    const CHOSE_ETH0: FakeKey = { ...ETH0, type: ABI.TS_ROUTE_SELECTED };
    const CHOSE_ETH1: FakeKey = { ...ETH1, type: ABI.TS_ROUTE_SELECTED };
    const bench = () => {
      const fresh = new Bench();
      fresh.names.set(`dev${EGRESS_MULTIPATH}`, "multipath");
      return fresh;
    };

    it("counts each lookup once, under the device that was chosen", () => {
      const { session, drain, series } = steps(bench());
      session.count(SEVERAL, 10);
      session.count(CHOSE_ETH0, 6);
      session.count(CHOSE_ETH1, 3);
      session.count(ETH0, 100);
      drain();
      expect(series()).toEqual({ "ns1 dev2 found": 106, "ns1 dev3 found": 3, "ns1 multipath found": 1 });
    });

    it("keeps a choice that is read before its lookup in mind", () => {
      const { session, drain, series } = steps(bench());
      session.count(SEVERAL, 1);
      session.count(CHOSE_ETH0, 3);
      drain();
      expect(series()).toEqual({ "ns1 dev2 found": 3, "ns1 multipath found": 0 });
      session.count(SEVERAL, 7);
      drain();
      expect(series()).toEqual({ "ns1 dev2 found": 3, "ns1 multipath found": 5 });
    });

    it("takes a choice off its own table, family and namespace only", () => {
      const { session, drain, series } = steps(bench());
      session.count({ ...SEVERAL, netns: 2n }, 4);
      session.count({ ...SEVERAL, family: "ipv6" }, 5);
      session.count({ ...SEVERAL, table: 10 }, 6);
      session.count(CHOSE_ETH0, 3);
      drain();
      expect(series()["ns2 multipath found"]).toBe(4);
    });

    it("tells the failure window of each lookup once", () => {
      const fresh = bench();
      fresh.session.count(SEVERAL, 10);
      fresh.session.count(CHOSE_ETH0, 6);
      fresh.drain();
      expect(fresh.counted).toBe(10n);
    });
  });

  describe("retirable", () => {
    it("names keys whose device was gone longer than the expiry time, and no others", () => {
      const bench = new Bench();
      const index = bench.session.count(ETH0, 5);
      bench.session.count(ETH1);
      bench.session.count(MISS);
      bench.drain(0);
      bench.gone.add("ns1/2");
      bench.drain(EXPIRY_MS);
      expect(bench.ledger.retirable(bench.now)).toEqual(Uint32Array.of());
      bench.drain(EXPIRY_MS + 1);
      expect(bench.ledger.retirable(bench.now)).toEqual(Uint32Array.of(index));
    });

    it("names keys whose set was gone longer than the expiry time, and no others", () => {
      const bench = new Bench();
      const asked = { netns: 1n, kind: "netfilter", table: 7, type: ABI.TS_NETFILTER_SET_LOOKUP } as const;
      const index = bench.session.count({ ...asked, egress: 5 }, 5);
      bench.session.count({ ...asked, egress: 6 });
      bench.drain(0);
      bench.gone.add("set5");
      bench.drain(EXPIRY_MS);
      expect(bench.ledger.retirable(bench.now)).toEqual(Uint32Array.of());
      bench.drain(EXPIRY_MS + 1);
      expect(bench.ledger.retirable(bench.now)).toEqual(Uint32Array.of(index));
    });

    it("names all keys of a namespace that is gone, hidden ones too", () => {
      const bench = new Bench();
      bench.shows = () => false;
      const indices = [bench.session.count(ETH0), bench.session.count(MISS)];
      bench.drain(0);
      bench.gone.add("ns1");
      bench.drain(EXPIRY_MS + 1);
      expect([...bench.ledger.retirable(bench.now)]).toEqual(indices);
    });

    it("spares a key that is still counted", () => {
      const bench = new Bench();
      bench.session.count(ETH0);
      bench.drain(0);
      bench.gone.add("ns1");
      bench.session.count(ETH0);
      bench.drain(EXPIRY_MS + 1);
      expect(bench.ledger.retirable(bench.now)).toHaveLength(0);
    });

    it("counts another key under a forgotten index from 0", () => {
      const bench = new Bench();
      const index = bench.session.count(ETH0, 5);
      bench.drain(0);
      bench.ledger.forget(Uint32Array.of(index));
      bench.session.restart();
      expect(bench.session.count(ETH0, 7)).toBe(index);
      bench.drain(1);
      expect(bench.series).toEqual({ "ns1 dev2 found": 12 });
    });

    it("does not take another key under a known index for a rise", () => {
      const bench = new Bench();
      bench.session.count(ETH0, 5);
      bench.drain(0);
      bench.session.restart();
      bench.session.count(ETH1, 7);
      bench.drain(1);
      expect(bench.series).toEqual({ "ns1 dev2 found": 5, "ns1 dev3 found": 7 });
    });
  });

  describe("at the series limit", () => {
    it("folds what has no room, by result, and counts each key once", () => {
      const bench = new Bench(1);
      bench.session.count(ETH0, 1);
      bench.session.count(ETH1, 2);
      bench.session.count({ ...ETH1, netns: 2n }, 3);
      bench.session.count(MISS, 4);
      bench.drain();
      bench.drain();
      expect(bench.series).toEqual({ "ns1 dev2 found": 1, "other other found": 5, "other no_route": 4 });
      expect(bench.ledger.folded).toBe(3);
    });

    it("gives a folded key a series of its own when there is room, and leaves its past with other", () => {
      const bench = new Bench(1);
      bench.session.count(ETH0, 1);
      bench.session.count(ETH1, 2);
      bench.drain(0);
      bench.gone.add("ns1/2");
      bench.drain(EXPIRY_MS + 1);
      bench.session.count(ETH1, 3);
      bench.drain(EXPIRY_MS + 2);
      expect(bench.series).toEqual({ "other other found": 2, "ns1 dev3 found": 3 });
    });
  });

  it("frees no room when what was folded expires", () => {
    const bench = new Bench(1);
    bench.session.count(ETH0);
    bench.session.count(ETH1);
    bench.drain(0);
    bench.gone.add("ns1/3");
    bench.drain(EXPIRY_MS + 1);
    expect(bench.series).toEqual({ "ns1 dev2 found": 1 });
    bench.session.count({ ...ETH0, netns: 2n });
    bench.drain();
    expect(bench.series).toEqual({ "ns1 dev2 found": 1, "other other found": 1 });
  });

  it("never lets a series fall, and loses no count to renames, folds or restarts", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("count" as const), netns: fc.bigInt(1n, 3n), dev: fc.nat(3), n: fc.nat(50) }),
      fc.record({ do: fc.constant("rename" as const), dev: fc.nat(3), to: fc.constantFrom("a", "b", "dev2", "dev3") }),
      fc.record({ do: fc.constant("restart" as const) }),
      fc.record({ do: fc.constant("drain" as const), later: fc.nat(5000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 6 }), (steps, max) => {
        const bench = new Bench(max, Number.POSITIVE_INFINITY);
        let lookups = 0;
        let before: Record<string, number> = {};
        for (const action of steps) {
          if (action.do === "count") {
            // Device 0 stands for a failed lookup.
            bench.session.count(
              { netns: action.netns, egress: action.dev, error: action.dev === 0 ? 11 : 0 },
              action.n,
            );
            lookups += action.n;
          } else if (action.do === "rename") bench.names.set(`dev${action.dev}`, action.to);
          else {
            bench.drain(bench.now + (action.do === "drain" ? action.later : 0));
            if (action.do === "restart") {
              bench.session.restart();
              bench.drain();
            }
            const now = bench.series;
            for (const [name, value] of Object.entries(before)) expect(now[name]).toBeGreaterThanOrEqual(value);
            before = now;
          }
        }
        bench.drain();
        const sum = bench.routes.reduce((total, { value }) => total + value, 0);
        expect(sum).toBe(lookups);
        expect(bench.counted).toBe(BigInt(lookups));
        const own = bench.routes.filter(({ labels }) => labels.netns !== "other");
        expect(own.length).toBeLessThanOrEqual(max);
      }),
    );
  });
});
