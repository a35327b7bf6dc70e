// The relocatable tarball runs wherever it is unpacked, and through a link from elsewhere.

import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_RUNTIME } from "../../scripts/package/node_runtime.mjs";
import { ARE_MADE_HERE, builtPackages } from "../support/packages.js";
import { runCommand } from "../support/processes/command.js";
import { expectCommandToPrint, expectDaemonToCount, IS_ROOT, versionOf } from "./counting.js";
import { createScratch } from "./scratch.js";

const scratch = createScratch("tarball");
const place = join(scratch.path, "some where");
let folder: string;

describe.skipIf(!ARE_MADE_HERE)("the relocatable tarball (skipped where none is made: not on x86-64)", () => {
  beforeAll(async () => {
    const { tarball } = await builtPackages();
    mkdirSync(place);
    await runCommand("tar", ["-xzf", tarball, "-C", place]);
    const [only = "", ...others] = readdirSync(place);
    expect(others).toEqual([]);
    folder = join(place, only);
  });
  afterAll(scratch.remove);

  test("both commands run on the Node that came with them", async () => {
    expect(await versionOf(join(folder, "bin/tablesnoopd"))).toContain(`node:     v${NODE_RUNTIME.version}\n`);
    const link = join(scratch.path, "tablesnoop");
    symlinkSync(join(folder, "bin/tablesnoop"), link);
    expect(await versionOf(link)).toMatch(/^tablesnoop \d/);
  });

  test("the units are samples in it", () => {
    expect(readdirSync(join(folder, "share/tablesnoop/systemd")).sort()).toEqual([
      "tablesnoop.sysusers",
      "tablesnoopd.default",
      "tablesnoopd.service",
      "tablesnoopd.socket",
    ]);
  });

  test.skipIf(!IS_ROOT)("they count and print (skipped without root)", async () => {
    await expectDaemonToCount(join(folder, "bin/tablesnoopd"));
    await expectCommandToPrint(join(folder, "bin/tablesnoop"));
  });
});
