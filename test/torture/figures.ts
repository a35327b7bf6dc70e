// Figures of a scenario for the table at the end of `npm run torture`.

import type { TestContext } from "vitest";

export type Figures = Readonly<Record<string, string | number>>;

declare module "vitest" {
  interface TaskMeta {
    figures?: Figures;
  }
}

/** May be called again: figures of one test are put together. */
export function note({ task }: Pick<TestContext, "task">, figures: Figures): void {
  task.meta.figures = { ...task.meta.figures, ...figures };
}
