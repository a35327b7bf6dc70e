// The npm tarball: installed without a registry and without a compiler, it runs on the Node that is there.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ARE_MADE_HERE, builtPackages } from "../support/packages.js";
import { runCommand } from "../support/processes/command.js";
import { expectCommandToPrint, expectDaemonToCount, IS_ROOT, versionOf } from "./counting.js";
import { createScratch } from "./scratch.js";

const scratch = createScratch("npm");
const installed = join(scratch.path, "lib/node_modules/tablesnoop");

describe.skipIf(!ARE_MADE_HERE)("the npm tarball (skipped where none is made: not on x86-64)", () => {
  beforeAll(async () => {
    const { npm } = await builtPackages();
    const { stderr } = await runCommand(
      "npm",
      ["install", "--global", "--offline", "--no-audit", "--no-fund", "--prefix", scratch.path, npm],
      { timeoutMs: 120_000 },
    );
    expect(stderr).not.toMatch(/EBADENGINE|deprecated/);
  });
  afterAll(scratch.remove);

  test("both commands are there and run on this Node", async () => {
    expect(await versionOf(join(scratch.path, "bin/tablesnoopd"))).toContain(`node:     ${process.version}\n`);
    expect(await versionOf(join(scratch.path, "bin/tablesnoop"))).toMatch(/^tablesnoop \d/);
  });

  test("its package.json has nothing that runs at installation, and says which machines it is for", () => {
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<string, unknown>;
    expect(manifest).not.toHaveProperty("scripts");
    expect(manifest).not.toHaveProperty("devDependencies");
    expect(manifest).toMatchObject({ os: ["linux"], cpu: ["x64"], libc: ["glibc"] });
  });

  test("the manual pages are found", () => {
    expect(existsSync(join(scratch.path, "share/man/man1/tablesnoop.1"))).toBe(true);
    expect(existsSync(join(scratch.path, "share/man/man8/tablesnoopd.8"))).toBe(true);
  });

  test("programs can import it", async () => {
    const module = pathToFileURL(join(installed, "dist/program/lookups.js")).href;
    const program = `import(${JSON.stringify(module)}).then(({ openLookups }) => console.log(typeof openLookups))`;
    expect((await runCommand(process.execPath, ["-e", program])).stdout).toBe("function\n");
    expect(existsSync(join(installed, "dist/daemon/lookups.d.ts"))).toBe(true);
  });

  test.skipIf(!IS_ROOT)("they count and print (skipped without root)", async () => {
    await expectDaemonToCount(join(scratch.path, "bin/tablesnoopd"));
    await expectCommandToPrint(join(scratch.path, "bin/tablesnoop"));
  });
});
