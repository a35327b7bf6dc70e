// docs/guarantees.md promises nothing without a test: each promise names some, and they are there under their titles.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { projectPath } from "../support/project_path.js";

interface Holder {
  readonly promise: string;
  readonly file: string;
  readonly title: string;
}

const TEXT = readFileSync(projectPath("docs/guarantees.md"), "utf8");
const [PROMISED = ""] = TEXT.split("\n## What is not promised\n");
/** A promise, over one line or more, and behind it those that hold it. */
const PROMISES = PROMISED.split(/^- /m)
  .slice(1)
  .map((item) => item.split(/^#/m, 1)[0] ?? "");
const HOLDERS = PROMISES.flatMap(holdersOf);

function holdersOf(item: string): Holder[] {
  const [promise = "", ...rest] = item.split(/\n {2}- /);
  return rest.map((line) => {
    const [, file = "", title = ""] = /^`([^`]+)`: "(.+)"\s*$/.exec(line) ?? [];
    return { promise: promise.replace(/\s+/g, " "), file, title };
  });
}

describe("docs/guarantees.md", () => {
  it.each(PROMISES.map((item) => [item.split("\n", 1)[0], item]))("names what holds: %s", (_, item) => {
    expect(holdersOf(item).length).toBeGreaterThan(0);
  });

  it.each(HOLDERS)("$file holds: $title", ({ file, title }) => {
    expect(title).not.toBe("");
    expect(existsSync(projectPath(file)), file).toBe(true);
    expect(readFileSync(projectPath(file), "utf8")).toContain(`${title}`);
  });

  test("every scenario of the torture holds a promise", () => {
    const files = new Set(HOLDERS.map(({ file }) => file));
    for (const name of ["churn", "ends", "flood", "hostile_daemons", "scarcity", "soak", "surroundings"]) {
      expect(files).toContain(`test/live/torture/${name}.test.ts`);
    }
  });
});
