import { describe, expect, it } from "vitest";
import { CATALOG } from "../../../daemon/exposition/catalog.js";

describe("CATALOG", () => {
  it("lists each name once", () => {
    const names = CATALOG.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(CATALOG)("keeps the naming rules: $name", ({ name, type, help, labels }) => {
    expect(name).toMatch(/^tablesnoop_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(name).not.toMatch(/_(count|sum|bucket)$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
    for (const label of labels) expect(label).toMatch(/^(?!instance$|job$|le$|quantile$)[a-z]+$/);
  });
});
