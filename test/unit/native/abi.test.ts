import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readContract, renderAbi, renderKinds } from "../../../scripts/build/abi.mjs";
import { projectPath } from "../../support/project_path.js";

const contract = readContract(projectPath("."));
const read = (file: string) => readFileSync(projectPath(file), "utf8");

const MADE_UP = {
  header: `
      /* #define TS_OLD 1 */
#define TS_ROOM 0x20U /* rows */
#define TS_ALL (TS_ROOM + 8)
enum ts_kind {
#define TS_KIND(word, number) TS_KIND_##word = number,
#include "kinds.def"
#undef TS_KIND
};
enum ts_kind_count {
	TS_KINDS = 0
#define TS_KIND(word, number) +1
#include "kinds.def"
#undef TS_KIND
};
enum ts_family { TS_IPV4 = 0, TS_NO_FAMILY = 1 };
`,
  kinds: "TS_KIND(route, 0)\nTS_KIND(dst_cache, 1)\n",
  events: ["#define TS_EGRESS 0xffffffffU\n"],
};

describe("what is generated from the contract with bpf/", () => {
  it("is up to date; else run npm run generate", () => {
    expect(read("daemon/native/abi.ts")).toBe(renderAbi(contract));
    expect(read("daemon/kinds/list.ts")).toBe(renderKinds(contract));
  });

  it("has the value of every number, of each kind too, comments left out", () => {
    const text = renderAbi(MADE_UP);
    expect(text).toContain('FAMILIES = ["ipv4"] as const');
    expect(text).toContain(
      "  TS_ROOM: 32,\n  TS_ALL: 40,\n  TS_KIND_route: 0,\n  TS_KIND_dst_cache: 1,\n  TS_KINDS: 2,\n",
    );
    expect(text).toContain("  TS_EGRESS: 4294967295,\n");
    expect(text).not.toContain("TS_OLD");
  });

  it("has a folder and a word for each kind", () => {
    const text = renderKinds(MADE_UP);
    expect(text).toContain('import { type Line as DstCacheLine, kind as dstCache } from "./dst_cache/kind.js";');
    expect(text).toContain('KindWord = "route" | "dst-cache";');
    expect(text).toContain("[route, dstCache];");
  });

  it("is not made of numbers with a gap, or of names that nobody knows", () => {
    expect(() => renderAbi({ ...MADE_UP, kinds: "TS_KIND(route, 1)\n" })).toThrow("route is 1, not 0");
    expect(() => renderAbi({ ...MADE_UP, header: "#define TS_ROOM (TS_ELSEWHERE + 1)\n" })).toThrow(
      "cannot tell what TS_ELSEWHERE is",
    );
  });
});
