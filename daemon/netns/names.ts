// Names of network namespaces: which inode is mounted under which name, and the label a namespace gets.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { NetnsRow } from "../native/session.js";
import { Complaints, isMissing } from "./complaints.js";

/** The label of lookups that could not be attributed. */
export const UNKNOWN = "unknown";
const HOST = "host";

/** Words with a meaning of their own in the label; a namespace that bears one by chance must not be merged with it. */
const RESERVED: ReadonlySet<string> = new Set([HOST, UNKNOWN, "other"]);

export interface NetnsPlaces {
  /** Folders of mounted namespaces; in an earlier one a name takes precedence. */
  readonly folders: readonly string[];
  /** Where a folder is mounted once more for those to whom the way to it is closed; taken if it is there. */
  readonly doors?: ReadonlyMap<string, string>;
  /** Any namespace: what lies on another file system is none. */
  readonly reference: string;
}

const DOCKER = "/run/docker/netns";

/** The door is systemd/tablesnoopd.service's. */
const PLACES: NetnsPlaces = {
  folders: ["/run/netns", DOCKER],
  doors: new Map([[DOCKER, "/run/tablesnoopd/docker-netns"]]),
  reference: "/proc/self/ns/net",
};

export class NetnsNames {
  readonly #places: NetnsPlaces;
  readonly #complaints: Complaints;
  #byInode: ReadonlyMap<number, string> = new Map();

  constructor(report: (error: Error) => void, places: NetnsPlaces = PLACES) {
    this.#places = places;
    this.#complaints = new Complaints(report);
  }

  /** Looks at the folders anew: a name may have been mounted over another namespace without any trace in its folder. */
  refresh(): void {
    const device = this.#stat(this.#places.reference)?.dev;
    const byInode = new Map<number, string>();
    const taken = new Set<string>();
    for (const folder of this.#places.folders.map((place) => this.#wayTo(place))) {
      const names = this.#list(folder).sort();
      for (const name of names) {
        const found = this.#stat(join(folder, name));
        if (found === undefined || found.dev !== device || RESERVED.has(name) || taken.has(name)) continue;
        taken.add(name);
        if (!byInode.has(found.ino)) byInode.set(found.ino, name);
      }
    }
    this.#byInode = byInode;
  }

  label(row: Pick<NetnsRow, "inode" | "isFirst">): string {
    if (row.isFirst) return HOST;
    return this.#byInode.get(row.inode) ?? String(row.inode);
  }

  #wayTo(folder: string): string {
    const door = this.#places.doors?.get(folder);
    return door !== undefined && existsSync(door) ? door : folder;
  }

  #list(folder: string): string[] {
    try {
      const names = readdirSync(folder);
      this.#complaints.settle(folder);
      return names;
    } catch (error) {
      if (!isMissing(error)) {
        this.#complaints.raise("list", folder, error, "its namespaces are shown by inode number");
      }
      return [];
    }
  }

  #stat(path: string): { readonly dev: number; readonly ino: number } | undefined {
    try {
      const found = statSync(path, { throwIfNoEntry: false });
      this.#complaints.settle(path);
      return found;
    } catch (error) {
      this.#complaints.raise("stat", path, error, "the namespace is shown by inode number");
      return undefined;
    }
  }
}
