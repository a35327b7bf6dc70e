import { describe, expect, it } from "vitest";
import { Retirement } from "../../../daemon/drain/retirement.js";
import { FakeSession } from "../../support/fake_session.js";

function bench() {
  const at = { now: 0 };
  const session = new FakeSession(() => at.now);
  const index = session.count({ netns: 1n });
  const retirement = new Retirement(session);
  const drain = (now: number, ...retirable: number[]) => {
    at.now = now;
    const released = [...retirement.release(now)];
    retirement.retire(now, Uint32Array.from(retirable));
    return released;
  };
  return { session, index, drain };
}

describe("Retirement", () => {
  it("releases at a drain well over a second after retiring, and only once", () => {
    const { session, index, drain } = bench();
    expect(drain(0, index)).toEqual([]);
    expect(drain(1000, index)).toEqual([]);
    expect(session.indices).toEqual([index]);
    expect(drain(2000)).toEqual([index]);
    expect(session.indices).toEqual([]);
    expect(drain(9000)).toEqual([]);
  });

  it("tries again what could not be retired", () => {
    const { session, index, drain } = bench();
    session.failing.set("retire", new Error("retire: EIO"));
    expect(() => drain(0, index)).toThrow("EIO");
    session.failing.clear();
    drain(5000, index);
    expect(drain(6000)).toEqual([]);
    expect(drain(7000)).toEqual([index]);
  });

  it("tries again what could not be released", () => {
    const { session, index, drain } = bench();
    drain(0, index);
    session.failing.set("release", new Error("release: EIO"));
    expect(() => drain(2000)).toThrow("EIO");
    session.failing.clear();
    expect(drain(2001)).toEqual([index]);
  });
});
