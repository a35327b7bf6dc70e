import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readAccess } from "../../daemon/lines/daemon_access.js";
import { readRegularFile } from "../../daemon/regular_file.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "regular-file-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a file is read up to its bound", () => {
  const path = join(root, "file");
  writeFileSync(path, "é".repeat(23));
  expect(readRegularFile(path, 46)).toBe("é".repeat(23));
  expect(() => readRegularFile(path, 45)).toThrow("larger than 45 bytes");
});

describe.each<[string, () => string]>([
  [
    "a FIFO that nobody writes to",
    () => {
      const path = join(root, "fifo");
      execFileSync("mkfifo", [path]);
      return path;
    },
  ],
  ["a device without an end", () => "/dev/zero"],
])("%s", (_, path) => {
  test("is refused at once", () => {
    expect(() => readRegularFile(path(), 1024)).toThrow("not a regular file");
  });

  test("as a password's file is refused with its name", () => {
    const file = path();
    expect(() => readAccess({ password: file })).toThrow(`read ${file}: not a regular file`);
  });
});
