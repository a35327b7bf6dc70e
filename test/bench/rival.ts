// Another revision of this project, built beside: its daemon runs with its own addon and BPF programs.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onProcessEnd } from "../support/cleanup.js";
import { runCommand } from "../support/processes/command.js";
import { projectPath } from "../support/project_path.js";
import { daemonVariant, type Variant } from "./variant.js";

export interface Rival extends AsyncDisposable {
  readonly name: string;
  /** What starts its daemon. */
  readonly main: string;
  readonly variant: Variant;
}

const BUILD_MS = 600_000;
const LOCK = "package-lock.json";

export async function buildRival(revision: string): Promise<Rival> {
  const commit = await git("rev-parse", "--verify", "--short", `${revision}^{commit}`);
  const parent = await mkdtemp(join(tmpdir(), "tablesnoop-against-"));
  const folder = join(parent, "tree");
  const removeNow = () => {
    rmSync(parent, { recursive: true, force: true });
    spawnSync("git", ["-C", projectPath(), "worktree", "prune"], { stdio: "ignore" });
  };
  const forget = onProcessEnd(removeNow);
  const remove = async () => {
    removeNow();
    forget();
  };
  try {
    await git("worktree", "add", "--quiet", "--detach", folder, commit);
    shareNodeModules(folder);
    await runCommand("npm", ["run", "build"], { cwd: folder, timeoutMs: BUILD_MS });
  } catch (error) {
    await remove();
    throw error;
  }
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { bin: { tablesnoopd: string } };
  const main = join(folder, bin.tablesnoopd);
  const variant = daemonVariant(commit, [process.execPath, main]);
  return { name: commit, main, variant, [Symbol.asyncDispose]: remove };
}

/** If it locks other packages than we do, its set-up installs them for it alone. */
function shareNodeModules(folder: string): void {
  const ours = projectPath("node_modules");
  const isSame = readFileSync(projectPath(LOCK), "utf8") === readFileSync(join(folder, LOCK), "utf8");
  if (isSame && existsSync(ours)) symlinkSync(ours, join(folder, "node_modules"));
}

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await runCommand("git", ["-C", projectPath(), ...args]);
  return stdout.trim();
}
