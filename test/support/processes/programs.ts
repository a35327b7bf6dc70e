// BPF programs of a process, and whether they outlive it.

import { readdirSync, readFileSync } from "node:fs";
import { projectPath } from "../project_path.js";
import { runCommand } from "./command.js";

/** Ids of the programs this process holds, itself or by what attaches them. */
export function programsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fdinfo`;
  const ids = readdirSync(folder).flatMap((fd) => {
    const id = /^prog_id:\s*(\d+)$/m.exec(readFileSync(`${folder}/${fd}`, "utf8"))?.[1];
    return id === undefined ? [] : [id];
  });
  return [...new Set(ids)];
}

/** Those of the ids that are still in the kernel. An attached program is, whoever attached it. */
export async function livingPrograms(ids: readonly string[]): Promise<string[]> {
  const { stdout } = await runCommand(projectPath("dist/test/flood/programs"), ids);
  return stdout.split("\n").filter((id) => id !== "");
}
