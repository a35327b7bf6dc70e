// A folder of mounted namespaces. Each of them is looked at in every refresh; of entries that are none, only some, so
// that thousands of them do not hold up the event loop.

import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../errors.js";

/** Of the entries that were no namespaces, so many are looked at again: one may have been mounted over them. */
const MOST_AGAIN = 200;
/** When so many new entries are no namespaces, the other new ones wait for the next refresh. */
const MOST_NEW = 500;

interface Namespace {
  readonly name: string;
  readonly inode: number;
}

interface Unreadable {
  /** The first by name, and why. */
  readonly name: string;
  readonly error: Error;
  readonly count: number;
  /** Of all their errors. */
  readonly codes: ReadonlySet<string>;
}

/** As fs.statSync: undefined if there is nothing, throws if it cannot be looked at. */
type Look = (path: string) => Pick<Stats, "dev" | "ino"> | undefined;

const stat: Look = (path) => statSync(path, { throwIfNoEntry: false });

export class Folder {
  readonly #path: string;
  readonly #stat: Look;
  /** Entries that are no namespaces, the longest not looked at first; with the error of those that cannot be looked at. */
  readonly #others = new Map<string, Error | undefined>();
  #isIncomplete = false;

  constructor(path: string, look: Look = stat) {
    this.#path = path;
    this.#stat = look;
  }

  /** Those among `names`, in their order. `device` is the file system of all namespaces. */
  namespaces(names: readonly string[], device: number | undefined): Namespace[] {
    this.#forgetAllBut(new Set(names));
    const again = this.#longestNotLookedAt();
    const found: Namespace[] = [];
    let left = MOST_NEW;
    this.#isIncomplete = false;
    for (const name of names) {
      const isNew = !this.#others.has(name);
      if (isNew && left === 0) this.#isIncomplete = true;
      if (isNew ? left === 0 : !again.has(name)) continue;
      const inode = this.#look(name, device);
      if (inode !== undefined) found.push({ name, inode });
      else if (isNew) left -= 1;
    }
    return found;
  }

  /** Entries that cannot be looked at; undefined if there are none, and until each was looked at once. */
  unreadable(): Unreadable | undefined {
    let count = 0;
    let first: Pick<Unreadable, "name" | "error"> | undefined;
    const codes = new Set<string>();
    for (const [name, error] of this.#others) {
      if (error === undefined) continue;
      count += 1;
      codes.add(codeOf(error));
      if (first === undefined || name < first.name) first = { name, error };
    }
    return this.#isIncomplete || first === undefined ? undefined : { ...first, count, codes };
  }

  #longestNotLookedAt(): ReadonlySet<string> {
    const again = new Set<string>();
    for (const name of this.#others.keys()) {
      if (again.size === MOST_AGAIN) break;
      again.add(name);
    }
    return again;
  }

  #forgetAllBut(names: ReadonlySet<string>): void {
    for (const name of this.#others.keys()) if (!names.has(name)) this.#others.delete(name);
  }

  #look(name: string, device: number | undefined): number | undefined {
    // Whatever it is now, it goes to the end of those to be looked at again.
    this.#others.delete(name);
    try {
      const found = this.#stat(join(this.#path, name));
      if (found !== undefined && found.dev === device) return found.ino;
      this.#others.set(name, undefined);
    } catch (error) {
      this.#others.set(name, error instanceof Error ? error : new Error(String(error)));
    }
    return undefined;
  }
}
