// The disks that bring this working tree into a guest: the project as it is built on the host, and node_modules on a
// disk of its own because that one hardly ever changes.

import { createHash } from "node:crypto";
import { cp, readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { projectPath } from "../support/project_path.js";
import type { ImageRecipe } from "./image.js";

export const PROJECT = projectPath();

const NOT_FOR_GUESTS = new Set([".git", "node_modules", "build", "coverage"]);
// Compilers and linters: half of node_modules, and no test that runs in a guest needs them.
const DEVELOPER_TOOLS =
  /^(@biomejs|@typescript|typescript|knip|oxc-parser|@oxc-parser|@oxc-resolver|\.cache|\.vite.*)$/;

export async function projectDisk(): Promise<ImageRecipe> {
  const tops = (await readdir(PROJECT)).filter((name) => !NOT_FOR_GUESTS.has(name));
  return {
    name: "project",
    key: await hashTree(tops.map((name) => join(PROJECT, name))),
    freeMb: 64,
    fill: async (tree) => {
      for (const name of tops) await cp(join(PROJECT, name), join(tree, name), { recursive: true });
    },
  };
}

export async function nodeModulesDisk(): Promise<ImageRecipe> {
  const modules = join(PROJECT, "node_modules");
  // npm keeps here what it really installed.
  const installed = await readFile(join(modules, ".package-lock.json"));
  return {
    name: "node_modules",
    key: createHash("sha256").update(DEVELOPER_TOOLS.source).update(installed).digest("hex").slice(0, 16),
    freeMb: 64,
    fill: (tree) =>
      cp(modules, tree, {
        recursive: true,
        verbatimSymlinks: true,
        filter: (source) => !DEVELOPER_TOOLS.test(relative(modules, source)),
      }),
  };
}

async function hashTree(roots: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const root of [...roots].sort()) {
    const below = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
      throw error;
    });
    const files = below?.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files?.sort() ?? [root]) {
      hash
        .update(`${relative(PROJECT, file)}\0`)
        .update(await readFile(file))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 16);
}
