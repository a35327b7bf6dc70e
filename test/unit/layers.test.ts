// Who leans on whom in daemon/ is what CONTRIBUTING.md says, arrow for arrow.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { projectPath } from "../support/project_path.js";

/** Every room may use them. */
const COMMON = ["built_files.ts", "errors.ts", "outage.ts", "output.ts", "quoted.ts", "regular_file.ts"];

const ROW = /^\| `(\w+)` +\| [^|]+\| ([^|]*)\|$/gm;

function allowedArrows(): Map<string, string[]> {
  const table = readFileSync(projectPath("CONTRIBUTING.md"), "utf8").matchAll(ROW);
  return new Map([...table].map(([, room = "", list = ""]) => [room, (list.match(/[\w.]+/g) ?? []).sort()]));
}

/** Of each room the rooms, and files beside them, that its files import. */
function arrows(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const files = readdirSync(projectPath("daemon"), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".ts") && name.includes("/"))) {
    const text = readFileSync(projectPath("daemon", file), "utf8");
    const room = roomOf(file);
    const others = found.get(room) ?? new Set();
    found.set(room, others);
    for (const [, path = ""] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
      const other = roomOf(normalize(join(dirname(file), path)).replace(/\.js$/, ".ts"));
      if (other !== room && !COMMON.includes(other)) others.add(other);
    }
  }
  return found;
}

function roomOf(file: string): string {
  return file.split("/", 1)[0] ?? "";
}

describe("the rooms of daemon/", () => {
  const allowed = allowedArrows();
  const found = arrows();

  it("are those that CONTRIBUTING.md lists", () => {
    expect([...allowed.keys()].sort()).toEqual([...found.keys()].sort());
  });

  it.each([...found.keys()])("%s leans on those that the table names, and on all of them", (room) => {
    expect([...(found.get(room) ?? [])].sort()).toEqual(allowed.get(room));
  });
});
