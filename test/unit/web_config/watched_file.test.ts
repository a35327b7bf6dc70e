import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ConfigFault } from "../../../daemon/web_config/fault.js";
import { WatchedFiles } from "../../../daemon/web_config/watched_file.js";

function bench(text = "text") {
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-watched-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "file");
  writeFileSync(path, text);
  return { folder, path, files: new WatchedFiles() };
}

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigFault && error.cause instanceof Error) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a file", () => {
  test("is read up to the size that is allowed, and refused beyond", () => {
    const { path, files } = bench("12345");
    expect([files.read(path, 6), files.read(path, 5)]).toEqual(["12345", "12345"]);
    expect(refusal(() => files.read(path, 4))).toBe(`read ${path}: larger than 4 bytes`);
  });

  test("may be empty", () => {
    const { path, files } = bench("");
    expect([files.read(path, 5), files.read(path, 0)]).toEqual(["", ""]);
  });

  test("keeps its bytes as text, without a mark of their order", () => {
    const { path, files } = bench("\ufeffpäss\n");
    expect(files.read(path, 100)).toBe("päss\n");
  });

  test("is refused if it is none", () => {
    const { folder, path, files } = bench();
    expect(refusal(() => files.read(folder, 10))).toBe(`read ${folder}: not a regular file`);
    expect(refusal(() => files.read(`${path}x`, 10))).toContain(`read ${path}x: ENOENT`);
  });
});

describe("files that are watched", () => {
  test("have not changed as long as nobody does anything to them", () => {
    const { path, files } = bench();
    expect(files.haveChanged()).toBe(false);
    files.read(path, 10);
    expect([files.haveChanged(), files.haveChanged()]).toEqual([false, false]);
  });

  test.each<[string, (path: string) => void]>([
    ["written", (path) => writeFileSync(path, "other text")],
    ["written with a text of the same length", (path) => writeFileSync(path, "TEXT")],
    ["touched", (path) => utimesSync(path, 1000, 1000)],
    ["removed", (path) => rmSync(path)],
    [
      "replaced",
      (path) => {
        writeFileSync(`${path}.new`, "text");
        renameSync(`${path}.new`, path);
      },
    ],
    [
      "a folder",
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ])("have changed if one of them is %s", (_, change) => {
    const { folder, path, files } = bench();
    const other = join(folder, "other");
    writeFileSync(other, "");
    files.read(other, 10);
    files.read(path, 10);
    files.read(other, 10);
    change(path);
    expect(files.haveChanged()).toBe(true);
  });

  test("are those too that could not be read: one that comes is a change", () => {
    const { path, files } = bench();
    rmSync(path);
    expect(refusal(() => files.read(path, 10))).toContain("ENOENT");
    expect(files.haveChanged()).toBe(false);
    writeFileSync(path, "");
    expect(files.haveChanged()).toBe(true);
  });

  test("that could not be read have changed when they cannot be read for another reason", () => {
    const { folder, files } = bench();
    mkdirSync(join(folder, "inside"));
    expect(refusal(() => files.read(join(folder, "inside/file"), 10))).toContain("ENOENT");
    rmSync(join(folder, "inside"), { recursive: true });
    writeFileSync(join(folder, "inside"), "");
    expect(files.haveChanged()).toBe(true);
  });

  test("are what links lead to", () => {
    const { path, files } = bench();
    symlinkSync(path, `${path}.link`);
    files.read(`${path}.link`, 10);
    writeFileSync(path, "other text");
    expect(files.haveChanged()).toBe(true);
  });
});
