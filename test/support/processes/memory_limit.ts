// A memory cgroup of a test's own, by either version of cgroups: what runs inside, and all it makes the kernel keep, must fit.

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onProcessEnd } from "../cleanup.js";
import { Unavailable } from "../unavailable.js";
import { waitUntil } from "../wait_until.js";

export interface MemoryLimit extends AsyncDisposable {
  /** Before the program's own command line. */
  readonly command: readonly string[];
  set(bytes: number): void;
}

interface Controller {
  readonly folder: string;
  readonly limit: string;
}

/** Throws Unavailable where no memory cgroup can be made. */
export function createMemoryLimit(bytes: number): MemoryLimit {
  const { folder: root, limit } = findController();
  const folder = join(root, `tablesnoop-test-${randomUUID()}`);
  try {
    mkdirSync(folder);
  } catch (cause) {
    throw new Unavailable(`make a memory cgroup: ${String(cause)}`, false);
  }
  const remove = () => rmdirSync(folder);
  const forget = onProcessEnd(() => {
    // What ran inside may still be on its way out; an empty cgroup costs nothing.
    if (readFileSync(join(folder, "cgroup.procs"), "utf8") === "") remove();
  });
  const set = (most: number) => writeFileSync(join(folder, limit), String(most));
  set(bytes);
  return {
    command: ["sh", "-c", 'echo $$ >"$0/cgroup.procs"; exec "$@"', folder],
    set,
    [Symbol.asyncDispose]: async () => {
      // The kernel empties it a moment after its last process ended.
      await waitUntil("the memory cgroup can be removed", () => {
        remove();
        return true;
      });
      forget();
    },
  };
}

function findController(): Controller {
  const first = "/sys/fs/cgroup/memory";
  if (existsSync(join(first, "memory.limit_in_bytes"))) return { folder: first, limit: "memory.limit_in_bytes" };
  const second = "/sys/fs/cgroup";
  const controllers = join(second, "cgroup.subtree_control");
  if (existsSync(controllers) && readFileSync(controllers, "utf8").split(/\s/).includes("memory")) {
    return { folder: second, limit: "memory.max" };
  }
  throw new Unavailable("limit memory: no memory controller of cgroups is in use here", false);
}
