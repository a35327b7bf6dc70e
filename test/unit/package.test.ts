import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bundledFolders } from "../../scripts/package/bundled.mjs";
import { debianChangelog } from "../../scripts/package/debian_changelog.mjs";
import { readRelease } from "../../scripts/package/release.mjs";
import { copy, filesBelow, settle } from "../../scripts/package/tree.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tablesnoop-unit-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("what is bundled", () => {
  it("are the packages that files were read of, each once, the inner one where one is in another", () => {
    const list = (name: string, ...files: readonly string[]) => {
      const inputs = Object.fromEntries(files.map((file) => [file, { bytes: 1 }]));
      writeFileSync(join(folder, "dist", name), JSON.stringify({ inputs }));
    };
    mkdirSync(join(folder, "dist"));
    list("program.json", "daemon/main.ts", "node_modules/pino/pino.js", "node_modules/pino/lib/levels.js");
    list("page.json", "node_modules/@a/b/c.js", "node_modules/pino/node_modules/d/e.js");
    expect(bundledFolders(folder)).toEqual([
      "node_modules/@a/b",
      "node_modules/pino",
      "node_modules/pino/node_modules/d",
    ]);
  });
});

describe("a tree", () => {
  it("gets the same modes and times whatever they were", () => {
    mkdirSync(join(folder, "bin"), { mode: 0o700 });
    for (const file of ["bin/run", "text"]) writeFileSync(join(folder, file), "");
    chmodSync(join(folder, "text"), 0o600);
    settle(folder, 1_700_000_000, (file) => file.startsWith("bin/"));
    const seen = ["", "bin", "bin/run", "text"].map((file) => statSync(join(folder, file)));
    expect(seen.map(({ mode }) => (mode & 0o7777).toString(8))).toEqual(["755", "755", "755", "644"]);
    expect(seen.map(({ mtimeMs }) => mtimeMs)).toEqual(Array(4).fill(1_700_000_000_000));
  });

  it("is copied by rule, without links", () => {
    mkdirSync(join(folder, "from/below"), { recursive: true });
    for (const file of ["b", "a", "below/c", "below/d"]) writeFileSync(join(folder, "from", file), file);
    symlinkSync("a", join(folder, "from/link"));
    copy(join(folder, "from"), join(folder, "to"), (file) => file !== "below/c");
    expect(filesBelow(join(folder, "to"))).toEqual(["a", "b", "below/d"]);
  });
});

describe("the release", () => {
  const put = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const release = { version: "1.2.0", revision: "", epoch: 1_700_000_000 };

  it("is dated by SOURCE_DATE_EPOCH", () => {
    put("package.json", '{"version":"1.2.0"}');
    vi.stubEnv("SOURCE_DATE_EPOCH", "1700000000");
    expect(readRelease(folder)).toEqual(release);
  });

  it.each([
    ["", "date the packages: no git commit to take the time from; set SOURCE_DATE_EPOCH to seconds since 1970"],
    ["today", 'date the packages: SOURCE_DATE_EPOCH is "today"; set it to seconds since 1970'],
  ])("is refused without a date (%j)", (text, message) => {
    put("package.json", '{"version":"1.2.0"}');
    vi.stubEnv("SOURCE_DATE_EPOCH", text);
    expect(() => readRelease(folder)).toThrow(message);
  });

  it("has a changelog as Debian writes it", () => {
    put(
      "CHANGELOG.md",
      `# Changelog\n\n## Unreleased\n\n- Counts \`more\`, and\n  faster.\n\n## 1.1.0 - 2023-01-31\n\n- Begins.\n`,
    );
    expect(debianChangelog(folder, release)).toBe(`tablesnoop (1.2.0) unstable; urgency=medium

  * Counts more, and faster.

 -- tablesnoop developers <packages@tablesnoop.invalid>  Tue, 14 Nov 2023 22:13:20 +0000

tablesnoop (1.1.0) unstable; urgency=medium

  * Begins.

 -- tablesnoop developers <packages@tablesnoop.invalid>  Tue, 31 Jan 2023 00:00:00 +0000
`);
  });

  it("is refused if the changelog has no entry", () => {
    put("CHANGELOG.md", "# Changelog\n");
    expect(() => debianChangelog(folder, release)).toThrow("read CHANGELOG.md: no heading such as");
  });
});
