// What every benchmark is told.

import type { Rival } from "./rival.js";

export interface Bench {
  /** Where to measure. */
  readonly cpu: number;
  /** Another revision, to be measured in turn with what is built here. */
  readonly rival?: Rival;
}
