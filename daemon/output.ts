// What a program says on an output that may be slow, may be full, and may go away.

import type { Writable } from "node:stream";
import { causeOf, codeOf, StartError } from "./errors.js";

/**
 * Waits until the output took all of it; false if the reader has gone, which is its good right (`| head`). Throws
 * StartError if it cannot be written to.
 */
export async function writeAll(out: Writable, bytes: Buffer | string): Promise<boolean> {
  try {
    await new Promise<void>((resolve, reject) => {
      out.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    return true;
  } catch (error) {
    if (codeOf(error) === "EPIPE") return false;
    throw new StartError("output_refused", { cause: causeOf(error) }, { cause: error });
  }
}

/** A failed write tells of itself: an error event nobody hears would end the process in a stack trace. */
export function hearWriteErrors(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}
