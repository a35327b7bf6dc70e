// A folder of its own for each test file, gone at its end also if the run is interrupted.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onProcessEnd } from "../support/cleanup.js";

export interface Scratch {
  readonly path: string;
  remove(): void;
}

export function createScratch(label: string): Scratch {
  const path = mkdtempSync(join(tmpdir(), `tablesnoop-${label}-`));
  const removeNow = () => rmSync(path, { recursive: true, force: true });
  const forget = onProcessEnd(removeNow);
  const remove = () => {
    removeNow();
    forget();
  };
  return { path, remove };
}
