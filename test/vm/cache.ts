// The folder outside the repository where kernels and disk images are kept between runs.

import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Made if it is not there yet. */
export async function cacheFolder(...below: string[]): Promise<string> {
  const { XDG_CACHE_HOME } = process.env;
  const folder = join(XDG_CACHE_HOME || join(homedir(), ".cache"), "tablesnoop", "vm", ...below);
  await mkdir(folder, { recursive: true });
  return folder;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Lets `make` fill a folder beside `path` and then moves the outcome `make` names to `path` in one step, so that
 * neither a reader nor a second process ever meets half of it. Whoever comes second throws its own work away.
 */
export async function makeOnce(path: string, make: (scratch: string) => Promise<string>): Promise<string> {
  if (await exists(path)) return path;
  const scratch = await mkdtemp(`${path}.new-`);
  try {
    const outcome = await make(scratch);
    await rename(outcome, path).catch(async (error: unknown) => {
      if (!(await exists(path))) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return path;
}
