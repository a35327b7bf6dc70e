// What each thread of a process may do, as the kernel tells.

import { readdirSync, readFileSync } from "node:fs";

export interface ThreadRights {
  /** All four sets of the thread as they are in its status file: 16 hexadecimal digits each. */
  readonly permitted: string;
  readonly effective: string;
  readonly inheritable: string;
  readonly ambient: string;
  readonly noNewPrivileges: boolean;
}

/** One entry for each different state among the threads, so one if they agree. */
export function rightsOfThreads(pid: number): { readonly threads: number; readonly rights: readonly ThreadRights[] } {
  const folder = `/proc/${pid}/task`;
  const threads = readdirSync(folder);
  const states = new Set(
    threads.map((thread) => JSON.stringify(parse(readFileSync(`${folder}/${thread}/status`, "utf8")))),
  );
  return { threads: threads.length, rights: [...states].map((state) => JSON.parse(state) as ThreadRights) };
}

function parse(status: string): ThreadRights {
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)$`, "m").exec(status)?.[1] ?? "absent";
  return {
    permitted: field("CapPrm"),
    effective: field("CapEff"),
    inheritable: field("CapInh"),
    ambient: field("CapAmb"),
    noNewPrivileges: field("NoNewPrivs") === "1",
  };
}
