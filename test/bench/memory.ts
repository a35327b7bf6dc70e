// Memory of a process: what is its own, and what are pages of files (programs, libraries), which others share.

import { readFileSync } from "node:fs";

export interface Memory {
  readonly ownMegabytes: number;
  readonly fileMegabytes: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
  return {
    ownMegabytes: (kilobytes("RssAnon") + kilobytes("RssShmem")) / 1000,
    fileMegabytes: kilobytes("RssFile") / 1000,
  };
}
