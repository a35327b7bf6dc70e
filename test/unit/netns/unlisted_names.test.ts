// A folder of namespaces that cannot be listed for a while, as when no descriptor is left.

import fs, { mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NetnsNames } from "../../../daemon/netns/names.js";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unlisted-names-"));
});

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  rmSync(folder, { recursive: true });
});

test("the names seen last are kept for the namespaces that still bear them", () => {
  const errors: (string | undefined)[] = [];
  writeFileSync(join(folder, "blue"), "");
  writeFileSync(join(folder, "red"), "");
  const inode = (name: string) => statSync(join(folder, name)).ino;
  const [blue, red] = [inode("blue"), inode("red")];
  const names = new NetnsNames((error) => errors.push(error?.message), { folders: [folder], reference: folder });
  names.refresh();
  vi.spyOn(fs, "readdirSync").mockImplementation(() => {
    throw Object.assign(new Error("EMFILE: too many open files, scandir"), { code: "EMFILE" });
  });
  syncBuiltinESMExports();
  // Not rmSync: its first call would keep what readdirSync is now.
  unlinkSync(join(folder, "red"));
  names.refresh();
  const label = (wanted: number) => names.label({ inode: wanted, isFirst: false });
  expect([label(blue), label(red)]).toEqual(["blue", String(red)]);
  expect(errors).toEqual([expect.stringMatching(/^list .*EMFILE.*; its new namespaces are shown by inode number$/)]);
});
