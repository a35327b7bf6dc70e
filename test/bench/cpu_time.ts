// CPU time of a process, all threads together.

import { readFileSync } from "node:fs";

/** USER_HZ, which is 100 on every Linux Node runs on. */
const TICKS_PER_SECOND = 100;

/** utime + stime, fields 14 and 15 of /proc/PID/stat. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
