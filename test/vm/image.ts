// Disk images for guests: ext4, made from a folder without root and without mounting, cached by what goes in.

import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, makeOnce } from "./cache.js";
import { runOnHost } from "./host_command.js";

export interface ImageRecipe {
  /** Also the file system's label, by which the guest finds it. At most 16 bytes. */
  readonly name: string;
  /** Changes whenever the content would. */
  readonly key: string;
  /** Room for what the guest writes; the image is sparse, so unused room costs nothing. */
  readonly freeMb: number;
  readonly fill: (tree: string) => Promise<void>;
}

// Images not used for so long belong to an older state of this tree: every change of the project makes a new one.
const STALE_MS = 2 * 3600 * 1000;
/** By path: guests that are prepared side by side share the images that are the same. */
const making = new Map<string, Promise<string>>();

/** Path of the image, made if the cache has none of this key. Guests must open it with snapshot=on. */
export async function diskImage(recipe: ImageRecipe): Promise<string> {
  const folder = await cacheFolder("images");
  const path = join(folder, `${recipe.name}-${recipe.key}.img`);
  const made = making.get(path) ?? make(recipe, folder, path);
  making.set(path, made);
  return made;
}

async function make(recipe: ImageRecipe, folder: string, path: string): Promise<string> {
  await makeOnce(path, async (scratch) => {
    await removeStale(folder, recipe.name);
    const tree = join(scratch, "tree");
    await mkdir(tree);
    await recipe.fill(tree);
    return makeFileSystem(recipe, tree, join(scratch, "image"));
  });
  const now = new Date();
  await utimes(path, now, now);
  return path;
}

async function makeFileSystem(recipe: ImageRecipe, tree: string, image: string): Promise<string> {
  const { bytes, files } = await measure(tree);
  // An eighth more for the file system's own tables.
  const sizeMb = Math.ceil((bytes * 1.125) / 1024 ** 2) + 16 + recipe.freeMb;
  const inodes = files + 4096;
  const options = ["-q", "-F", "-t", "ext4", "-m", "0", "-O", "^has_journal", "-E", "root_owner=0:0"];
  const sized = ["-N", String(inodes), "-L", recipe.name, "-d", tree, image, `${sizeMb}m`];
  await runOnHost("mke2fs", [...options, ...sized]);
  return image;
}

async function measure(tree: string): Promise<{ bytes: number; files: number }> {
  let bytes = 0;
  let files = 0;
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    files += 1;
    if (entry.isFile()) {
      const { size } = await stat(join(entry.parentPath, entry.name));
      bytes += Math.ceil(size / 4096) * 4096;
    } else {
      bytes += 4096;
    }
  }
  return { bytes, files };
}

async function removeStale(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`${name}-`)) continue;
    const path = join(folder, entry);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true });
  }
}
