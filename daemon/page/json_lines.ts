// Lines of a stream of JSON, without the newline, from chunks of text.

/** A line beyond this is none of the daemon's; it is thrown away. */
const MOST_CHARACTERS = 64 * 1024;

export class LineSplitter {
  #rest = "";

  /** The lines that this chunk completes, empty ones left out. */
  split(chunk: string): string[] {
    const lines = (this.#rest + chunk).split("\n");
    const rest = lines.pop() ?? "";
    this.#rest = rest.length > MOST_CHARACTERS ? "" : rest;
    return lines.filter((line) => line !== "");
  }
}

/** One failed lookup; keys as in docs/lines.md. */
export interface FailedLookup {
  readonly time: string;
  readonly kind: string;
  readonly family: string;
  readonly netns: { readonly inode: number | null; readonly name: string | null };
  /** Null of a rule lookup that led to none. */
  readonly table: { readonly id: number; readonly name: string | null } | null;
  readonly result: string;
  readonly src: string;
  readonly dst: string;
  readonly iif: string | null;
}

/** How many lines the daemon dropped, if the line says so. */
export function droppedBy(line: string): number | undefined {
  const found = /^\{"dropped":(\d+)\}$/.exec(line);
  return found ? Number(found[1]) : undefined;
}

/** Asked of every line, so without parsing: a miss in table local, after which another table answers. */
export function isLocalMiss(line: string): boolean {
  return line.includes('"table":{"id":255,') && line.includes('"result":"no_route"');
}
