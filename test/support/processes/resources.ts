// What a process takes of the machine, as the kernel tells.

import { readdirSync, readFileSync } from "node:fs";

/** RssAnon is its own; RssFile are pages of files (programs, libraries), which others share. */
type MemoryField = "VmRSS" | "VmHWM" | "RssAnon" | "RssFile";

/** Of /proc/PID/status. */
export function megabytesOf(pid: number, field: MemoryField = "VmRSS"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1000;
}

export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
