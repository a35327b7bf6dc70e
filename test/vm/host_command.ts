// Programs of the host that build a guest, also those that live where an ordinary user's PATH does not reach.

import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runCommand } from "../support/processes/command.js";

// Unpacking a kernel or writing the root image takes seconds; a download may take minutes.
const TIMEOUT_MS = 300_000;

/** Its standard output. Fails with what it wrote to standard error. */
export async function runOnHost(program: string, args: readonly string[], cwd = "/"): Promise<string> {
  const path = (await findOnHost(program)) ?? program;
  return (await runCommand(path, args, { cwd, timeoutMs: TIMEOUT_MS })).stdout;
}

/** Full path of a program, undefined if the host has none of that name. */
export async function findOnHost(program: string): Promise<string | undefined> {
  const { PATH = "" } = process.env;
  for (const folder of [...PATH.split(delimiter), "/usr/sbin", "/sbin"]) {
    const candidate = join(folder, program);
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && isThere) return candidate;
  }
  return undefined;
}
