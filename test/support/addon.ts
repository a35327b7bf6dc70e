// The built addon, as it is loaded: tests run from sources, beside which daemon/native/session.ts would not find it.

import { createRequire } from "node:module";
import type { Session } from "../../daemon/native/session.js";
import { BACKEND } from "./backend.js";
import { projectPath } from "./project_path.js";

interface Addon {
  readonly Session: new (...args: readonly unknown[]) => Session;
}

export const SESSION_OPTIONS = {
  backend: BACKEND,
  maxCounters: 256,
  ringBytes: 4096,
  routes: true,
  rules: false,
  object: projectPath("dist/tablesnoop.bpf.o"),
} as const;

export function loadAddon(): Addon {
  return createRequire(import.meta.url)(projectPath("dist/tablesnoop.node")) as Addon;
}
