// Puts lines on an output that may be slow, may go away, and may have had enough.

import type { Writable } from "node:stream";
import { writeAll } from "../output.js";

/** A pause that is worth an empty line. */
const PAUSE_MS = 500;
const NEWLINE = 10;

export interface PrinterOptions {
  /** Lines to print at most. */
  readonly count?: number;
  /** An empty line at each pause; it does not count. */
  readonly separate: boolean;
}

export class Printer {
  readonly #out: Writable;
  readonly #separate: boolean;
  #left: number;
  #pause: NodeJS.Timeout | undefined;
  #isBroken = false;

  constructor(out: Writable, { count = Number.POSITIVE_INFINITY, separate }: PrinterOptions) {
    this.#out = out;
    this.#separate = separate;
    this.#left = count;
  }

  /** The reader has gone, which is its good right (`| head`). */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Waits until the output took the lines; false if no more are wanted. Throws StartError if it cannot be written to. */
  async print(lines: Buffer): Promise<boolean> {
    clearTimeout(this.#pause);
    await this.#write(this.#atMostLeft(lines));
    const goesOn = !this.#isBroken && this.#left > 0;
    if (this.#separate && goesOn) {
      this.#pause = setTimeout(() => {
        // A failure shows at the next line as well.
        this.#write(Buffer.of(NEWLINE)).catch(() => undefined);
      }, PAUSE_MS);
    }
    return goesOn;
  }

  end(): void {
    clearTimeout(this.#pause);
  }

  #atMostLeft(lines: Buffer): Buffer {
    if (this.#left === Number.POSITIVE_INFINITY) return lines;
    let end = 0;
    while (this.#left > 0 && end < lines.length) {
      end = lines.indexOf(NEWLINE, end) + 1;
      this.#left -= 1;
    }
    return lines.subarray(0, end);
  }

  async #write(bytes: Buffer): Promise<void> {
    if (!(await writeAll(this.#out, bytes))) this.#isBroken = true;
  }
}
