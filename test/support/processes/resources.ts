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

/** User and system time of all its threads. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** USER_HZ, which is 100 on every Linux Node runs on. */
const TICKS_PER_SECOND = 100;
