// Keeps the names of routing tables as iproute2's files have them, and notices when the files change.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseTables, type TableNames } from "../fib/tables.js";
import { Complaints, isMissing, type Report } from "./complaints.js";

/** Earlier ones win. Newer iproute2 ships its files under /usr/share and leaves /etc to the administrator. */
const FOLDERS: readonly string[] = ["etc/iproute2", "usr/share/iproute2"];

interface File {
  readonly stamp: string;
  readonly text: string;
}

export class RtTables {
  readonly #root: string;
  readonly #complaints: Complaints;
  #files: ReadonlyMap<string, File> = new Map();
  #listing: ReadonlyMap<string, readonly string[]> = new Map();
  #names: TableNames = parseTables("");

  constructor(report: Report, root = "/") {
    this.#root = root;
    this.#complaints = new Complaints(report);
  }

  get names(): TableNames {
    return this.#names;
  }

  /** Reads what changed since the last refresh. */
  refresh(): void {
    const files = new Map<string, File>();
    for (const path of this.#paths()) {
      const file = this.#read(path);
      if (file !== undefined) files.set(path, file);
    }
    if (!isSame(files, this.#files)) this.#names = parseTables([...files.values()].map((file) => file.text).join("\n"));
    this.#files = files;
    this.#complaints.endRound();
  }

  #paths(): string[] {
    const listing = new Map<string, readonly string[]>();
    const paths = FOLDERS.flatMap((folder) => {
      const dropIns = join(this.#root, folder, "rt_tables.d");
      const names = this.#list(dropIns);
      listing.set(dropIns, names);
      return [join(this.#root, folder, "rt_tables"), ...names.map((name) => join(dropIns, name))];
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
      this.#complaints.raise("list", folder, error, "the table names known so far are kept");
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
      this.#complaints.raise("read", path, error, "the table names known so far are kept");
      return known;
    }
  }
}

function isSame(files: ReadonlyMap<string, File>, before: ReadonlyMap<string, File>): boolean {
  return files.size === before.size && [...files].every(([path, file]) => before.get(path) === file);
}
