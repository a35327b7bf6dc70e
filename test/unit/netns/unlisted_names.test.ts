// A folder of namespaces that cannot be listed for a while, as when no descriptor is left.

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NetnsNames } from "../../../daemon/netns/names.js";

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  return { ...fs, readdirSync: vi.fn(fs.readdirSync) };
});

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unlisted-names-"));
});

afterEach(() => {
  vi.mocked(readdirSync).mockReset();
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
  vi.mocked(readdirSync).mockImplementation(() => {
    throw Object.assign(new Error("EMFILE: too many open files, scandir"), { code: "EMFILE" });
  });
  rmSync(join(folder, "red"));
  names.refresh();
  const label = (wanted: number) => names.label({ inode: wanted, isFirst: false });
  expect([label(blue), label(red)]).toEqual(["blue", String(red)]);
  expect(errors).toEqual([expect.stringMatching(/^list .*EMFILE.*; its new namespaces are shown by inode number$/)]);
});
