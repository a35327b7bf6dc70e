// Why what a test needs cannot be had here, as an error of its own, and the skip that names the reason.

import type { TestContext } from "vitest";

export class Unavailable extends Error {
  override readonly name = "Unavailable";

  /** `curable`: installing a package or running a command on this very machine would help. */
  constructor(
    message: string,
    readonly curable: boolean,
  ) {
    super(message);
  }
}

/** Skips the test and says why. Where CI promises to run everything, what this machine could cure is a failure. */
export function skipFor(unavailable: Unavailable, context: TestContext): never {
  const { CI } = process.env;
  if (CI === "true" && unavailable.curable) throw unavailable;
  return context.skip(unavailable.message);
}
