// The built addon, as it is loaded: tests run from sources, beside which daemon/native/session.ts would not find it.

import { createRequire } from "node:module";
import { bitsOf } from "../../daemon/kinds/lines.js";
import { KINDS } from "../../daemon/kinds/list.js";
import type { Session } from "../../daemon/native/session.js";
import { BACKEND } from "./backend.js";
import { projectPath } from "./project_path.js";

interface Addon {
  readonly Session: new (...args: readonly unknown[]) => Session;
}

export const ALL_KINDS = bitsOf(KINDS.map(({ word }) => word));

export const SESSION_OPTIONS = {
  backend: BACKEND,
  maxCounters: 256,
  ringBytes: 4096,
  kinds: bitsOf(["route"]),
  object: projectPath("dist/tablesnoop.bpf.o"),
} as const;

export function loadAddon(): Addon {
  return createRequire(import.meta.url)(projectPath("dist/tablesnoop.node")) as Addon;
}
