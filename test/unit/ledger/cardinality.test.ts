import { describe, expect, it } from "vitest";
import { Cardinality } from "../../../daemon/ledger/cardinality.js";

describe("Cardinality", () => {
  it("has room for as many as its limit, and again for what is given back", () => {
    const cap = new Cardinality(2);
    expect([cap.take(), cap.take(), cap.take(), cap.room]).toEqual([true, true, false, 0]);
    cap.give();
    expect([cap.room, cap.take(), cap.take()]).toEqual([1, true, false]);
  });
});
