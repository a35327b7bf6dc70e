// Debian packages unpacked into the user's cache and never installed, so that no service starts.

import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { runCommand } from "./processes/command.js";

/**
 * The folder that stands for `/` in the unpacked package. `path`: a file of it, by which it is known to be complete.
 * withLibraries: beside it the libraries that the package itself names, which the machine may lack.
 */
export async function unpackedPackage(
  name: string,
  path: string,
  { withLibraries = false }: { readonly withLibraries?: boolean } = {},
): Promise<string> {
  const { XDG_CACHE_HOME } = process.env;
  const cache = join(XDG_CACHE_HOME || join(homedir(), ".cache"), "tablesnoop");
  const root = join(cache, name);
  if (!(await exists(join(root, path)))) await unpack(name, cache, withLibraries ? await librariesOf(name) : []);
  if (!(await exists(join(root, path)))) throw new Error(`unpack ${name}: it has no ${path}`);
  return root;
}

/** Where the programs of an unpacked package find its libraries. */
export function libraryPath(root: string, ...below: readonly string[]): string {
  const folder = join(root, "usr/lib");
  const triplets = readdirSync(folder).filter((entry) => entry.endsWith("-linux-gnu"));
  return triplets.flatMap((triplet) => ["", ...below].map((part) => join(folder, triplet, part))).join(":");
}

async function librariesOf(name: string): Promise<string[]> {
  const { stdout } = await runCommand("apt-cache", ["depends", "--important", name]);
  return [...stdout.matchAll(/Depends: (lib\S+)/g)].flatMap(([, library = ""]) => (library === "libc6" ? [] : library));
}

/** Unpacks beside the final place and moves there, so that a second test process never sees half of it. */
async function unpack(name: string, cache: string, libraries: readonly string[]): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, `${name}-`));
  try {
    await runCommand("apt-get", ["download", "-q", name, ...libraries], { cwd: scratch, timeoutMs: 120_000 });
    const archives = readdirSync(scratch).filter((file) => file.endsWith(".deb"));
    if (archives.length === 0) throw new Error(`download package ${name}: apt-get left no .deb; run apt-get update`);
    for (const archive of archives) {
      await runCommand("dpkg-deb", ["-x", join(scratch, archive), join(scratch, "root")]);
    }
    renameSync(join(scratch, "root"), join(cache, name));
  } catch (error) {
    if (!(await exists(join(cache, name)))) throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
