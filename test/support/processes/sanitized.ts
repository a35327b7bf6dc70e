// How to run JavaScript of the project with the addon that was built under AddressSanitizer and UBSan, with hooks for tests:
// dist/test/asan/ looks like the project, so what is run there by its path in the project loads that addon.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { TestContext } from "vitest";
import { projectPath } from "../project_path.js";
import { skipFor, Unavailable } from "../unavailable.js";

export interface Sanitized {
  readonly file: string;
  /** For Node, before the file. */
  readonly flags: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** `file`: of the project, such as dist/program/tablesnoopd.js. Skips where the runtime of AddressSanitizer is missing. */
export function sanitized(file: string, context: TestContext): Sanitized {
  const runtime = asanRuntime();
  if (runtime === undefined) {
    skipFor(new Unavailable("run under AddressSanitizer: there is no libasan.so; install g++", true), context);
  }
  return {
    file: projectPath("dist/test/asan", file),
    flags: ["--preserve-symlinks", "--preserve-symlinks-main"],
    environment: {
      LD_PRELOAD: runtime,
      // What Node leaves behind at its end is none of ours.
      ASAN_OPTIONS: "detect_leaks=0:abort_on_error=1",
      UBSAN_OPTIONS: "print_stacktrace=1:abort_on_error=1",
    },
  };
}

function asanRuntime(): string | undefined {
  try {
    const path = execFileSync("g++", ["-print-file-name=libasan.so"], { encoding: "utf8" }).trim();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
