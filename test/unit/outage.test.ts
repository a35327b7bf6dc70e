import { beforeEach, describe, expect, test } from "vitest";
import { Outage } from "../../daemon/outage.js";

let told: (string | undefined)[];
let outage: Outage;

beforeEach(() => {
  told = [];
  outage = new Outage((error) => told.push(error?.message));
});

describe("an outage", () => {
  test("is told once, and its end once", () => {
    for (let n = 0; n < 23; n += 1) outage.fails(new Error("no such thing"));
    expect(outage.isOn).toBe(true);
    for (let n = 0; n < 23; n += 1) outage.works();
    expect(outage.isOn).toBe(false);
    expect(told).toEqual(["no such thing", undefined]);
  });

  test("is told again the second time", () => {
    for (let n = 0; n < 2; n += 1) {
      outage.fails(new Error("no such thing"));
      outage.works();
    }
    expect(told).toEqual(["no such thing", undefined, "no such thing", undefined]);
  });

  test("is told again when the cause changes, but not when only the figures in it do", () => {
    outage.fails(new Error("EACCES"));
    outage.fails(new Error("ENOMEM"));
    outage.fails(new Error("3 of them: ENOMEM"), "ENOMEM");
    expect(told).toEqual(["EACCES", "ENOMEM"]);
  });

  test("is not told of what never failed", () => {
    outage.works();
    expect(told).toEqual([]);
  });

  test("takes whatever is thrown", () => {
    outage.fails("a word");
    expect(told).toEqual(["a word"]);
  });
});

describe("during an act", () => {
  test("its value comes through, and its failure is told", () => {
    let works = true;
    const act = () => {
      if (!works) throw new Error("no such thing");
      return 23;
    };
    expect(outage.during(act)).toBe(23);
    works = false;
    expect(outage.during(act)).toBeUndefined();
    expect(outage.during(act)).toBeUndefined();
    works = true;
    expect(outage.during(act)).toBe(23);
    expect(told).toEqual(["no such thing", undefined]);
  });
});
