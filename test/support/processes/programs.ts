// BPF programs and maps of a process: whether they outlive it, and how full the maps are.

import { readdirSync, readFileSync } from "node:fs";
import { projectPath } from "../project_path.js";
import { runCommand } from "./command.js";

export interface BpfMap {
  readonly id: string;
  /** The kernel keeps 15 characters. */
  readonly name: string;
  /** Keys of a hash; -1 of what is none. */
  readonly entries: number;
}

/** Ids of the programs this process holds, itself or by what attaches them. */
export function programsOf(pid: number): string[] {
  return idsOf(pid, "prog_id");
}

/** Ids of the maps this process holds. */
export function mapsOf(pid: number): string[] {
  return idsOf(pid, "map_id");
}

/** Those of the ids that are still in the kernel. An attached program is, whoever attached it. */
export async function livingPrograms(ids: readonly string[]): Promise<string[]> {
  const { stdout } = await runCommand(projectPath("dist/test/flood/programs"), ids);
  return stdout.split("\n").filter((id) => id !== "");
}

/** Those of the ids that are still in the kernel. */
export async function livingMaps(ids: readonly string[]): Promise<BpfMap[]> {
  const { stdout } = await runCommand(projectPath("dist/test/flood/maps"), ids);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", name = "", entries = ""] = line.split(" ");
      return { id, name, entries: Number(entries) };
    });
}

function idsOf(pid: number, field: "prog_id" | "map_id"): string[] {
  const folder = `/proc/${pid}/fdinfo`;
  const wanted = new RegExp(`^${field}:\\s*(\\d+)$`, "m");
  const ids = readdirSync(folder).flatMap((fd) => {
    const id = wanted.exec(readFileSync(`${folder}/${fd}`, "utf8"))?.[1];
    return id === undefined ? [] : [id];
  });
  return [...new Set(ids)];
}
