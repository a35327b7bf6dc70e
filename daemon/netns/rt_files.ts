// Keeps the names that one of iproute2's files and its drop-ins give to numbers, and notices when they change.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Complaints, isMissing, type Report } from "./complaints.js";

/** Earlier ones win. Newer iproute2 ships its files under /usr/share and leaves /etc to the administrator. */
const FOLDERS: readonly string[] = ["etc/iproute2", "usr/share/iproute2"];

interface File {
  readonly stamp: string;
  readonly text: string;
}

interface RtFilesOptions<Names> {
  /** Name of the file; drop-ins are in the folder of that name with ".d" behind. */
  readonly file: string;
  /** What is in it, for people: "table names". */
  readonly what: string;
  readonly parse: (text: string) => Names;
  readonly report: Report;
  /** Below which the folders are; that of the file system if absent. */
  readonly root?: string | undefined;
}

export class RtFiles<Names> {
  readonly #options: RtFilesOptions<Names>;
  readonly #complaints: Complaints;
  #files: ReadonlyMap<string, File> = new Map();
  #listing: ReadonlyMap<string, readonly string[]> = new Map();
  #names: Names;

  constructor(options: RtFilesOptions<Names>) {
    this.#options = options;
    this.#complaints = new Complaints(options.report);
    this.#names = options.parse("");
  }

  get names(): Names {
    return this.#names;
  }

  /** Reads what changed since the last refresh. */
  refresh(): void {
    const files = new Map<string, File>();
    for (const path of this.#paths()) {
      const file = this.#read(path);
      if (file !== undefined) files.set(path, file);
    }
    if (!isSame(files, this.#files)) {
      this.#names = this.#options.parse([...files.values()].map(({ text }) => text).join("\n"));
    }
    this.#files = files;
    this.#complaints.endRound();
  }

  #paths(): string[] {
    const listing = new Map<string, readonly string[]>();
    const { root = "/", file } = this.#options;
    const paths = FOLDERS.flatMap((folder) => {
      const dropIns = join(root, folder, `${file}.d`);
      const names = this.#list(dropIns);
      listing.set(dropIns, names);
      return [join(root, folder, file), ...names.map((name) => join(dropIns, name))];
    });
    this.#listing = listing;
    return paths;
  }

  #list(folder: string): readonly string[] {
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith(".conf"))
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      this.#complaints.raise("list", folder, error, `the ${this.#options.what} known so far are kept`);
      return this.#listing.get(folder) ?? [];
    }
  }

  #read(path: string): File | undefined {
    const known = this.#files.get(path);
    try {
      const { mtimeMs, size, ino } = statSync(path);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      return known?.stamp === stamp ? known : { stamp, text: readFileSync(path, "utf8") };
    } catch (error) {
      if (isMissing(error)) return undefined;
      this.#complaints.raise("read", path, error, `the ${this.#options.what} known so far are kept`);
      return known;
    }
  }
}

function isSame(files: ReadonlyMap<string, File>, before: ReadonlyMap<string, File>): boolean {
  return files.size === before.size && [...files].every(([path, file]) => before.get(path) === file);
}
