// A whole file, read at once, by a process that must not be held up: not by a FIFO that nobody writes to, nor by a device
// without an end.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** The text of a regular file of at most `most` bytes of UTF-8. Throws. */
export function readRegularFile(path: string, most: number): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(readBytes(path, most));
}

function readBytes(path: string, most: number): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile()) throw new Error("not a regular file");
    const buffer = Buffer.alloc(most + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length <= most; length += got) {
      got = readSync(fd, buffer, length, buffer.length - length, null);
    }
    if (length > most) throw new Error(`larger than ${most} bytes`);
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}
