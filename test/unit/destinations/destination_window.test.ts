import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DestinationWindow } from "../../../daemon/destinations/destination_window.js";
import { type FakeFailure, FakeSession } from "../../support/fake_session.js";

const WINDOW_MS = 60_000;

function rows(failures: readonly FakeFailure[], sampledOneIn = 1) {
  const session = new FakeSession();
  session.fail(failures);
  session.sampleFailures(sampledOneIn);
  return session.failedDestinations();
}

function failed(destination: string, lookups = 1): FakeFailure {
  return { netns: 1n, destination, lookups };
}

function sums(window: DestinationWindow): Record<string, number> {
  return Object.fromEntries([...window.counts()].map(({ key, lookups }) => [key.destination, lookups]));
}

describe("DestinationWindow", () => {
  it("is empty and covers nothing at the start", () => {
    const window = new DestinationWindow(WINDOW_MS, 100);
    expect([sums(window), window.coveredMs, window.addedAt, window.sampledOneIn]).toEqual([{}, 0, 100, 1]);
  });

  it("sums what several drains brought", () => {
    const window = new DestinationWindow(WINDOW_MS, 0);
    window.add(rows([failed("192.0.2.1", 3), failed("192.0.2.2")]), 5000);
    window.add(rows([failed("192.0.2.1", 4)]), 10_000);
    expect(sums(window)).toEqual({ "192.0.2.1": 7, "192.0.2.2": 1 });
    expect(window.coveredMs).toBe(10_000);
  });

  it.each([
    { kind: "drop" },
    { netns: 2n },
    { table: 100 },
    { family: "ipv6" },
    { error: 13 },
    { type: 7 },
    { destination: "192.0.2.2" },
  ] as const)("keeps apart what differs in %o", (difference) => {
    const window = new DestinationWindow(WINDOW_MS, 0);
    window.add(rows([failed("192.0.2.1"), { ...failed("192.0.2.1"), ...difference }]), 5000);
    expect([...window.counts()].map(({ lookups }) => lookups)).toEqual([1, 1]);
  });

  it("lets go of what ended a window ago", () => {
    const window = new DestinationWindow(WINDOW_MS, 0);
    window.add(rows([failed("192.0.2.1")]), 5000);
    window.add(rows([failed("192.0.2.2")]), 40_000);
    window.add(rows([]), 64_999);
    expect(sums(window)).toEqual({ "192.0.2.1": 1, "192.0.2.2": 1 });
    window.add(rows([]), 65_000);
    expect(sums(window)).toEqual({ "192.0.2.2": 1 });
    expect(window.coveredMs).toBe(60_000);
  });

  it("tells the coarsest sampling in the window", () => {
    const window = new DestinationWindow(WINDOW_MS, 0);
    window.add(rows([], 8), 5000);
    window.add(rows([], 2), 5500);
    window.add(rows([], 1), 30_000);
    expect(window.sampledOneIn).toBe(8);
    window.add(rows([], 1), 66_000);
    expect(window.sampledOneIn).toBe(1);
  });

  it("covers the window and at most a twelfth more, whatever the drains, once it is full", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: WINDOW_MS / 12 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, (steps) => {
        const window = new DestinationWindow(WINDOW_MS, 0);
        let [now, brought] = [0, 0];
        const drains: { readonly at: number; readonly lookups: number }[] = [];
        for (const step of steps) {
          now += step;
          brought += 1;
          window.add(rows([failed("192.0.2.1", brought)]), now);
          drains.push({ at: now, lookups: brought });
        }
        const since = now - window.coveredMs;
        const expected = drains.filter(({ at }) => at > since).reduce((sum, { lookups }) => sum + lookups, 0);
        expect(sums(window)["192.0.2.1"]).toBe(expected);
        expect(window.coveredMs).toBeLessThanOrEqual(WINDOW_MS * (1 + 1 / 12));
        expect(window.coveredMs).toBeGreaterThanOrEqual(Math.min(now, WINDOW_MS * (11 / 12)));
      }),
    );
  });

  it("stays bounded, and keeps the frequent one, when every lookup is for another destination", () => {
    const window = new DestinationWindow(WINDOW_MS, 0);
    for (let drain = 1; drain <= 300; drain += 1) {
      const strangers = Array.from({ length: 1000 }, (_, at) => failed(`10.${drain >> 8}.${drain & 255}.${at}`));
      window.add(rows([...strangers, failed("192.0.2.1", 2)]), drain * 1000);
    }
    expect(Object.keys(sums(window)).length).toBeLessThanOrEqual(26 * 2048);
    expect(sums(window)["192.0.2.1"]).toBeGreaterThanOrEqual(2 * 60);
  });

  describe("that is about very many destinations", () => {
    /** The rarest come first. */
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => failed(`10.0.${at >> 8}.${at & 255}`, at + 1));

    it("keeps all of a slice up to 2048", () => {
      const window = new DestinationWindow(WINDOW_MS, 0);
      window.add(rows(many(2048)), 1000);
      expect(Object.keys(sums(window))).toHaveLength(2048);
    });

    it("keeps the 1024 most frequent of a slice with more, and their counts", () => {
      const window = new DestinationWindow(WINDOW_MS, 0);
      window.add(rows(many(2049)), 1000);
      expect(sums(window)).toEqual(
        Object.fromEntries(
          many(2049)
            .slice(-1024)
            .map((row) => [row.destination, row.lookups]),
        ),
      );
    });
  });

  it("counts what came within a twelfth of the window as one slice, which goes as a whole", () => {
    const window = new DestinationWindow(WINDOW_MS, 0);
    window.add(rows([failed("192.0.2.1")]), 2000);
    window.add(rows([failed("192.0.2.2")]), 5000);
    window.add(rows([failed("192.0.2.3")]), 5001);
    window.add(rows([]), 64_999);
    expect(Object.keys(sums(window))).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    window.add(rows([]), 65_000);
    expect(Object.keys(sums(window))).toEqual(["192.0.2.3"]);
  });
});
