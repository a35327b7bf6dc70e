// Debian's archive as the guests are made from it: what it cannot give skips their tests, as Unavailable.

import { ArchiveError, DebianArchive } from "../../scripts/debian/archive.mjs";
import { Unavailable } from "../support/unavailable.js";

/** `what` is asked for, in words for people. Throws Unavailable where `ask` or the way to the archive throws ArchiveError. */
export async function askArchive<Answer>(
  what: string,
  ask: (archive: DebianArchive) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(await DebianArchive.open());
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new Unavailable(`${what}: ${error.message}`, error.curable);
  }
}
