// Listens to the lookups for a destination while the kernel is asked for it.

import { StartError } from "../errors.js";
import type { LineSource } from "../lines/line_source.js";
import type { SourceOptions } from "../lines/open_lines.js";
import type { Seen } from "./decision.js";
import type { Question } from "./question.js";

export type OpenSource = (options: SourceOptions) => Promise<LineSource>;

interface Heard<Answer> {
  readonly answer: Answer;
  /** In the order in which the kernel finished them, others' among them. */
  readonly lookups: readonly Seen[];
  /** The listener's name for the namespace; null: it heard none, or knows none. */
  readonly netns: string | null;
  /** What cannot be seen, or was lost. */
  readonly notes: readonly string[];
}

/** `inode`: of the namespace. Listening begins before `act` and ends after it. */
export async function hear<Answer>(
  { destination, family }: Question,
  inode: number,
  listening: Pick<SourceOptions, "probe" | "connect" | "access">,
  openSource: OpenSource,
  act: () => Promise<Answer>,
): Promise<Heard<Answer>> {
  const notes: string[] = [];
  const source = await openSource({
    ...listening,
    query: { kinds: ["route", "rule"], families: [family], netns: String(inode), dst: destination, failed: "include" },
    ownNetns: false,
    format: "json",
    verbose: 0,
    colour: false,
    note: (text) => notes.push(text),
  });
  try {
    const answer = await act();
    source.stop();
    const lookups = (await rest(source)).filter(({ netns }) => netns.inode === inode);
    const { ringbuf, queue, daemon } = source.dropped();
    const dropped = ringbuf + queue + daemon;
    if (dropped > 0) notes.push(`${dropped} lookups were dropped before they could be read`);
    return { answer, lookups, netns: lookups[0]?.netns.name ?? null, notes };
  } finally {
    source.close();
  }
}

type Line = Seen & { readonly netns: { readonly inode: number | null; readonly name?: string | null } };

async function rest(source: LineSource): Promise<Line[]> {
  const lines: Line[] = [];
  for (;;) {
    const bytes = await source.next();
    if (bytes === undefined) return lines;
    lines.push(...bytes.toString().trimEnd().split("\n").map(lineOf));
  }
}

/** A daemon is another program: what it sends is looked at. */
function lineOf(text: string): Line {
  try {
    const line: unknown = JSON.parse(text);
    if (isLine(line)) return line;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StartError("no_lookup", { line: text.slice(0, 200) });
}

function isLine(value: unknown): value is Line {
  const { kind, netns, table, src, dst } = Object(value);
  if (kind !== "route" && kind !== "rule") return false;
  const has = (kind === "rule" && table === null) || typeof Object(table).id === "number";
  return has && typeof src === "string" && typeof dst === "string" && typeof netns === "object" && netns !== null;
}
