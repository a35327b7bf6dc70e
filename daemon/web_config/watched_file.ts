// Files that are read now and looked at again later, by what stat tells of them. Reading and looking hold up the event
// loop: some microseconds each on a local disk.

import { statSync } from "node:fs";
import { causeOf } from "../errors.js";
import { readRegularFile } from "../regular_file.js";
import { ConfigFault } from "./fault.js";

/** What a file was like, for comparison only. */
type Print = string;

export class WatchedFiles {
  readonly #prints = new Map<string, Print>();

  /** The text of a regular file of at most `most` bytes, watched from now on, whether it can be read or not. Throws ConfigFault. */
  read(path: string, most: number): string {
    this.#prints.set(path, printOf(path));
    try {
      return readRegularFile(path, most);
    } catch (error) {
      throw new ConfigFault(`read ${path}: ${causeOf(error)}`, undefined, { cause: error });
    }
  }

  /** Whether one of them is another now, or gone. */
  haveChanged(): boolean {
    return [...this.#prints].some(([path, print]) => printOf(path) !== print);
  }
}

/** A link counts as what it leads to. A file that cannot be looked at has a print of its own. */
function printOf(path: string): Print {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return causeOf(error);
  }
}
