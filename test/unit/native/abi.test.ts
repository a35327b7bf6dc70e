import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderAbi } from "../../../scripts/build/abi.mjs";
import { projectPath } from "../../support/project_path.js";

const header = readFileSync(projectPath("bpf/tablesnoop_abi.h"), "utf8");

describe("native/abi.ts", () => {
  it("says what bpf/tablesnoop_abi.h says; else run npm run generate", () => {
    expect(readFileSync(projectPath("daemon/native/abi.ts"), "utf8")).toBe(renderAbi(header));
  });

  it("has the value of every number, comments left out", () => {
    const text = renderAbi(`
      /* #define TS_OLD 1 */
#define TS_ROOM 0x20U /* rows */
#define TS_ALL (TS_ROOM + 8)
enum ts_kind {
	TS_ROUTE = 0,
	TS_DST_CACHE = 1, /* a tunnel's */
};
enum ts_family { TS_IPV4 = 0 };`);
    expect(text).toContain('KINDS = ["route", "dst-cache"] as const');
    expect(text).toContain("  TS_ROOM: 32,\n  TS_ALL: 40,\n");
    expect(text).not.toContain("TS_OLD");
  });

  it.each([
    ["a gap in an order", "enum ts_kind {\n\tTS_ROUTE = 0,\n\tTS_RULE = 2,\n};", "TS_RULE is 2, not 1"],
    ["an unknown name", "#define TS_ROOM (TS_ELSEWHERE + 1)\n", "cannot tell what TS_ELSEWHERE is"],
  ])("is not made of %s", (_, text, complaint) => {
    expect(() => renderAbi(text)).toThrow(complaint);
  });
});
