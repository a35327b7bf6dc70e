// The packages for arm64, which cannot run here: the same files as those for x86-64, and what is compiled is for arm64.
// That it runs is proven in an emulated guest, by test/vm.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesBelow } from "../../scripts/package/tree.mjs";
import { ARE_MADE_HERE, builtPackages, type Packages } from "../support/packages.js";
import { runCommand } from "../support/processes/command.js";
import { createScratch } from "./scratch.js";

const LIB = "usr/lib/tablesnoop";
const scratch = createScratch("arm64");
const [root, other] = [join(scratch.path, "arm64"), join(scratch.path, "amd64")];

describe.skipIf(!ARE_MADE_HERE)("the packages for arm64 (skipped where none are made: not on x86-64)", () => {
  let packages: Packages;

  beforeAll(async () => {
    packages = await builtPackages();
    await runCommand("dpkg-deb", ["-x", packages.debArm64, root]);
    await runCommand("dpkg-deb", ["-x", packages.deb, other]);
  });
  afterAll(scratch.remove);

  const field = async (deb: string, name: string) => (await runCommand("dpkg-deb", ["-f", deb, name])).stdout.trim();

  test("the Debian package says so, and needs what the one for x86-64 needs", async () => {
    expect(await field(packages.debArm64, "Architecture")).toBe("arm64");
    expect(await field(packages.debArm64, "Depends")).toBe(await field(packages.deb, "Depends"));
  });

  test("it has the same files", () => {
    expect(filesBelow(root)).toEqual(filesBelow(other));
  });

  test.each(["node", "dist/tablesnoop.node"])("%s is a program for arm64 without symbols", async (file) => {
    const { stdout } = await runCommand("readelf", ["-hSW", join(root, LIB, file)]);
    expect(stdout).toMatch(/Machine: +AArch64\n/);
    expect(stdout).not.toMatch(/ \.(symtab|debug_\w+) /);
  });

  test("the BPF programs have their types, and are not those for x86-64: system calls have their arguments elsewhere", async () => {
    const object = join(LIB, "dist/tablesnoop.bpf.o");
    expect((await runCommand("readelf", ["-SW", join(root, object)])).stdout).toMatch(/ \.BTF /);
    await expect(runCommand("cmp", [join(root, object), join(other, object)])).rejects.toThrow("exit code 1");
  });

  test("the tarball holds the same program", async () => {
    const place = join(scratch.path, "tarball");
    await runCommand("sh", [
      "-c",
      `mkdir "$1" && tar -xzf "$0" -C "$1" --strip-components=1`,
      packages.tarballArm64,
      place,
    ]);
    await runCommand("diff", ["-r", join(place, "lib/tablesnoop"), join(root, LIB)]);
  });
});
