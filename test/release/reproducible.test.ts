// The same sources, built anew in another folder under another umask, become the same packages to the last bit.

import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createScratch } from "../package/scratch.js";
import { ARE_MADE_HERE, builtPackages } from "../support/packages.js";
import { runCommand } from "../support/processes/command.js";
import { projectPath } from "../support/project_path.js";

const MINUTES = 60_000;
/** Of the whole addon, two minutes alone and several beside other work. */
const BUILD_MS = 10 * MINUTES;
const scratch = createScratch("again");
afterAll(scratch.remove);

test.skipIf(!ARE_MADE_HERE)("two builds, one checksum", { timeout: 3 * BUILD_MS }, async (context) => {
  const changed = await changedFiles().catch((error: unknown) => context.skip(`no git clone: ${String(error)}`));
  const clone = join(scratch.path, "a folder with another name");
  await runCommand("git", ["clone", "--quiet", "--shared", "--no-tags", projectPath(), clone]);
  for (const file of changed.gone) rmSync(join(clone, file), { force: true });
  for (const file of changed.there) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    copyFileSync(projectPath(file), join(clone, file));
  }
  symlinkSync(projectPath("node_modules"), join(clone, "node_modules"));
  const build = `umask 077; exec "$0" scripts/setup/entry.mjs --quiet`;
  await runCommand("sh", ["-c", build, process.execPath], { cwd: clone, timeoutMs: BUILD_MS });

  const [first, again] = [await builtPackages(), await builtPackages(clone)];
  expect(readFileSync(again.checksums, "utf8")).toBe(readFileSync(first.checksums, "utf8"));
});

/** Compared with the commit that the clone is at; files that git ignores are none. */
async function changedFiles(): Promise<{ there: string[]; gone: string[] }> {
  const list = async (...args: string[]) => {
    const { stdout } = await runCommand("git", ["-c", "safe.directory=*", "-C", projectPath(), ...args]);
    return stdout.split("\0").filter((file) => file !== "");
  };
  const gone = await list("diff", "--name-only", "--diff-filter=D", "-z", "HEAD");
  const changed = await list("diff", "--name-only", "--diff-filter=d", "-z", "HEAD");
  const added = await list("ls-files", "--others", "--exclude-standard", "-z");
  return { there: [...changed, ...added], gone };
}
