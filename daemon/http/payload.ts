// A body, as it is and compressed, each made once for all who are sent it.

import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

export class Payload {
  readonly bytes: Buffer;
  #gzipped: Promise<Buffer> | undefined;

  constructor(text: string) {
    this.bytes = Buffer.from(text);
  }

  /** Compresses on a thread of Node's pool. */
  gzipped(): Promise<Buffer> {
    this.#gzipped ??= compress(this.bytes).catch((error: unknown) => {
      this.#gzipped = undefined;
      throw error;
    });
    return this.#gzipped;
  }
}
