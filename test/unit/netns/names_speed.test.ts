import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NetnsNames } from "../../../daemon/netns/names.js";

describe("NetnsNames", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "netns-names-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const names = () => new NetnsNames(() => undefined, { folders: [folder], reference: tmpdir() });
  /** Milliseconds of the quickest refresh of several: others may have the processor at any one moment. */
  const quickest = (rounds: number, of: () => NetnsNames) => {
    const times = Array.from({ length: rounds }, () => {
      const refreshed = of();
      const begin = performance.now();
      refreshed.refresh();
      return performance.now() - begin;
    });
    return Math.min(...times);
  };

  it("takes under 100 ms a refresh for ten thousand entries that loop, the first ones too", () => {
    for (let n = 0; n < 10_000; n += 1) symlinkSync(join(folder, "loop-0"), join(folder, `loop-${n}`));
    const fresh = names();
    expect(quickest(3, names)).toBeLessThan(100);
    expect(quickest(20, () => fresh)).toBeLessThan(100);
    expect(quickest(5, () => fresh)).toBeLessThan(100);
  });

  it("refreshes a thousand names in under 20 ms", () => {
    // Plain files stand for mounted namespaces.
    for (let n = 0; n < 1000; n += 1) writeFileSync(join(folder, `ns-${n}`), "");
    const fresh = names();
    expect(quickest(20, () => fresh)).toBeLessThan(20);
  });
});
