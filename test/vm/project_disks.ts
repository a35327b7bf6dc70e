// The disks that bring this working tree into a guest: the project as it is built on the host, and node_modules on a
// disk of its own because that one hardly ever changes.

import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { CROSS_BUILT, crossBuild, crossBuildFlood } from "../../scripts/package/cross_build.mjs";
import { projectPath } from "../support/project_path.js";
import { runOnHost } from "./host_command.js";
import type { ImageRecipe } from "./image.js";
import type { Architecture } from "./kernels.js";

export const PROJECT = projectPath();

const NOT_FOR_GUESTS = new Set([".git", "node_modules", "build", "coverage"]);
// Compilers and linters: half of node_modules, and no test that runs in a guest needs them.
const DEVELOPER_TOOLS =
  /^(@biomejs|@typescript|typescript|knip|oxc-parser|@oxc-parser|@oxc-resolver|\.cache|\.vite.*)$/;

/** For another architecture with what is compiled for it, which takes a minute. */
export async function projectDisk(architecture: Architecture): Promise<ImageRecipe> {
  const tops = (await readdir(PROJECT)).filter((name) => !NOT_FOR_GUESTS.has(name));
  const key = await hashTree(tops.map((name) => join(PROJECT, name)));
  return {
    name: "project",
    key: `${key}-${architecture}`,
    freeMb: 64,
    fill: async (tree) => {
      for (const name of tops)
        await cp(join(PROJECT, name), join(tree, name), { recursive: true, filter: isForGuests });
      if (architecture !== "amd64") await placeCrossBuilt(tree);
    },
  };
}

async function placeCrossBuilt(tree: string): Promise<void> {
  await crossBuild(PROJECT);
  await crossBuildFlood(PROJECT);
  const built = join(PROJECT, CROSS_BUILT);
  for (const file of ["tablesnoop.node", "tablesnoop.bpf.o"]) await cp(join(built, file), join(tree, "dist", file));
  await cp(join(built, "flood"), join(tree, "dist/test/flood"), { recursive: true });
}

/** Not the compilers' objects, nor what is built for another architecture. */
function isForGuests(source: string): boolean {
  return !["dist/native", CROSS_BUILT].some((folder) => `${relative(PROJECT, source)}/`.startsWith(`${folder}/`));
}

/** For another architecture npm is asked to install, by the lock file's checksums, what that one takes. */
export async function nodeModulesDisk(architecture: Architecture): Promise<ImageRecipe> {
  const modules = join(PROJECT, "node_modules");
  // npm keeps here what it really installed.
  const installed = await readFile(join(modules, ".package-lock.json"));
  return {
    name: "node_modules",
    key: `${createHash("sha256").update(DEVELOPER_TOOLS.source).update(installed).digest("hex").slice(0, 16)}-${architecture}`,
    freeMb: 64,
    fill: async (tree) => {
      const from = architecture === "amd64" ? modules : await installFor(architecture, `${tree}.npm`);
      await cp(from, tree, {
        recursive: true,
        verbatimSymlinks: true,
        filter: (source) => !DEVELOPER_TOOLS.test(relative(from, source)),
      });
    },
  };
}

async function installFor(architecture: Architecture, folder: string): Promise<string> {
  await mkdir(folder);
  for (const file of ["package.json", "package-lock.json"]) await cp(join(PROJECT, file), join(folder, file));
  const machine = [`--cpu=${architecture}`, "--os=linux", "--libc=glibc"];
  const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await runOnHost("npm", ["ci", "--include=dev", ...machine, ...flags], folder);
  return join(folder, "node_modules");
}

async function hashTree(roots: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const root of [...roots].sort()) {
    const below = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
      throw error;
    });
    const files = below?.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files?.filter(isForGuests).sort() ?? [root]) {
      hash
        .update(`${relative(PROJECT, file)}\0`)
        .update(await readFile(file))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 16);
}
