import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commandManual } from "../../daemon/man/tablesnoop.js";
import { daemonManual } from "../../daemon/man/tablesnoopd.js";
import { projectPath } from "../support/project_path.js";

const hasMan = spawnSync("man", ["--version"]).status === 0;

describe.each([
  ["tablesnoop.1", commandManual],
  ["tablesnoopd.8", daemonManual],
])("the manual page %s", (file, render) => {
  const path = projectPath("docs/man", file);

  test("is the one that the flags and the prose make; else run npm run generate", () => {
    expect(readFileSync(path, "utf8")).toBe(render());
  });

  test.skipIf(!hasMan)("is shown by man without a warning (skipped without man)", () => {
    const { stderr, status } = spawnSync("man", ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path], {
      encoding: "utf8",
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});
