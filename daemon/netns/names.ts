// Names of network namespaces: which inode is mounted under which name, and the label a namespace gets.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { NetnsRow } from "../native/session.js";
import { Complaints, isMissing, type Report } from "./complaints.js";
import { Folder } from "./folder.js";
import { OWN_NETNS } from "./own.js";
import { printable } from "./printable.js";

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
export const PLACES: NetnsPlaces = {
  folders: ["/run/netns", DOCKER],
  doors: new Map([[DOCKER, "/run/tablesnoopd/docker-netns"]]),
  reference: OWN_NETNS,
};

export class NetnsNames {
  readonly #places: NetnsPlaces;
  readonly #complaints: Complaints;
  readonly #folders = new Map<string, Folder>();
  readonly #listed = new Map<string, readonly string[]>();
  #byInode: ReadonlyMap<number, string> = new Map();

  constructor(report: Report, places: NetnsPlaces = PLACES) {
    this.#places = places;
    this.#complaints = new Complaints(report);
  }

  /** Looks at the folders anew: a name may have been mounted over another namespace without any trace in its folder. */
  refresh(): void {
    const device = this.#device();
    const byInode = new Map<number, string>();
    const taken = new Set<string>();
    for (const path of this.#places.folders.map((place) => this.#wayTo(place))) {
      for (const { name, inode } of this.#folder(path).namespaces(this.#list(path), device)) {
        if (RESERVED.has(name) || taken.has(name)) continue;
        taken.add(name);
        if (!byInode.has(inode)) byInode.set(inode, printable(name));
      }
      this.#complainOf(path);
    }
    this.#complaints.endRound();
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

  #folder(path: string): Folder {
    const folder = this.#folders.get(path) ?? new Folder(path);
    this.#folders.set(path, folder);
    return folder;
  }

  /** Listing takes a descriptor, looking at a known name does not: without one, the names seen last are looked at. */
  #list(folder: string): readonly string[] {
    try {
      const names = readdirSync(folder).sort();
      this.#listed.set(folder, names);
      return names;
    } catch (error) {
      if (isMissing(error)) {
        this.#listed.delete(folder);
        return [];
      }
      const known = this.#listed.get(folder);
      const which = known === undefined ? "its namespaces" : "its new namespaces";
      this.#complaints.raise("list", folder, error, `${which} are shown by inode number`);
      return known ?? [];
    }
  }

  #device(): number | undefined {
    const { reference } = this.#places;
    try {
      return statSync(reference).dev;
    } catch (error) {
      this.#complaints.raise("stat", reference, error, "namespaces are shown by inode number");
      return undefined;
    }
  }

  /** One line for all entries of a folder. */
  #complainOf(path: string): void {
    const unreadable = this.#folder(path).unreadable();
    if (unreadable === undefined) return;
    const { name, error, count, codes } = unreadable;
    const file = join(path, name);
    this.#complaints.raise("stat", `the entries of ${path}`, error, hintFor(codes), {
      shown: count === 1 ? file : `${file} and ${count - 1} more`,
      kind: [...codes].sort().join(),
    });
  }
}

/** What to do about entries that cannot be looked at, by the codes of their errors. */
export function hintFor(codes: ReadonlySet<string>): string {
  const shown = "shown by inode number";
  // A link to /proc/PID/ns/net is closed to those with fewer capabilities than the process has.
  if (!codes.has("EACCES")) return shown;
  return `${shown}; name a namespace with ip netns attach NAME PID, or run with --capabilities.keep=cap_sys_ptrace`;
}
