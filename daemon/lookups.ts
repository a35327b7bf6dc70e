// The library: lookups as they happen, as an async iterator of typed objects. What the command prints with --json.

import { causeOf, StartError } from "./errors.js";
import { FAMILIES, type Family } from "./fib/lookup.js";
import { KINDS_UNASKED, LINE_KINDS } from "./kinds/lines.js";
import type { KindWord, Line } from "./kinds/list.js";
import { parseDaemonAddress, withoutLogin } from "./lines/daemon_address.js";
import type { LineSource } from "./lines/line_source.js";
import { openSource } from "./lines/open_lines.js";
import { quoted } from "./quoted.js";
import { BadQuery, checkQuery, type LookupQuery, notAccepted } from "./stream/query.js";

export type { RouteChange } from "./kinds/change/line.js";
export type { Drop } from "./kinds/drop/line.js";
export type { FdbChange } from "./kinds/fdb/line.js";
export type { NeighbourResolution } from "./kinds/neighbour/line.js";
export type { RouteLookup } from "./kinds/route/line.js";
export type { RuleLookup } from "./kinds/rule/line.js";

/** What is told to who names no kinds: a kind that a later release adds must be asked for. */
type Unasked = "route" | "rule";

/** One line of the kinds that were asked for. */
export type Lookup<Word extends KindWord = Unasked> = Extract<Line, { readonly kind: Word }>;

export interface LookupOptions<Word extends KindWord = Unasked> {
  /** Both if absent. */
  readonly families?: readonly Family[];
  /** Routes and rules if absent. */
  readonly kinds?: readonly Word[];
  /** A namespace's name, "host", or its inode number; it may come to be later. All namespaces if absent. */
  readonly netns?: string;
  /** Name or number. */
  readonly table?: string | number;
  /** Device that a route leads out of, or that a neighbour is behind. */
  readonly egress?: string;
  /** Address or prefix. */
  readonly src?: string;
  readonly dst?: string;
  /** Default "include". */
  readonly failed?: "include" | "exclude" | "only";
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
  /**
   * A running tablesnoopd: http://host:port, https://user:password@host:port or unix:/path; without it probes of its own,
   * which need root.
   */
  readonly connect?: string;
  /** PEM texts for https: authorities to trust instead of the system's, and a certificate of one's own with its key. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Told, in one line each, of what cannot be seen; by default nobody is. */
  readonly onNote?: (text: string) => void;
}

export interface Lookups<Word extends KindWord = Unasked> extends AsyncIterableIterator<Lookup<Word>> {
  /** Lookups that were wanted and never came, as this side or the daemon was too slow. */
  readonly dropped: number;
}

/**
 * Probes are attached, or the daemon is connected, by the first next(). Leaving the loop, or the signal, frees everything.
 * Throws at once on options that make no sense; the first next() throws if there are no privileges or no daemon.
 */
export function openLookups<Word extends KindWord = Unasked>(options: LookupOptions<Word> = {}): Lookups<Word> {
  const query = queryOf(options);
  const connect = options.connect === undefined ? undefined : parseDaemonAddress(options.connect);
  if (options.connect !== undefined && connect === undefined) {
    throw notAccepted("connect", withoutLogin(options.connect), "http://host:port, https://host:port or unix:/path");
  }
  const { signal, onNote = () => undefined } = options;
  let source: LineSource | undefined;

  async function* iterate(): AsyncGenerator<Lookup<Word>, undefined> {
    if (signal?.aborted) return;
    const stop = () => source?.close();
    signal?.addEventListener("abort", stop);
    try {
      source = await openSource({
        query,
        ownNetns: false,
        format: "json",
        verbose: 0,
        colour: false,
        probe: "auto",
        note: onNote,
        ...(connect && { connect }),
        ...(options.tls && { access: options.tls }),
        ...(signal && { signal }),
      });
      while (!signal?.aborted) {
        const lines = await source.next();
        if (lines === undefined) return;
        for (const line of lines.toString().trimEnd().split("\n")) {
          if (signal?.aborted) return;
          // The filter lets no other kind through.
          yield parseLookup(line, connect?.text) as Lookup<Word>;
        }
      }
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      source?.close();
    }
  }

  const iterator = iterate();
  return {
    next: () => iterator.next(),
    return: () => iterator.return(undefined),
    throw: (error: unknown) => iterator.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
    get dropped() {
      const { ringbuf, queue, daemon } = source?.dropped() ?? { ringbuf: 0, queue: 0, daemon: 0 };
      return ringbuf + queue + daemon;
    },
  };
}

function queryOf({ families, kinds, netns, table, egress, src, dst, failed }: LookupOptions<KindWord>): LookupQuery {
  const query: LookupQuery = {
    families: families ?? FAMILIES,
    kinds: kinds ?? KINDS_UNASKED,
    ...(netns !== undefined && { netns }),
    ...(table !== undefined && { table: String(table) }),
    ...(egress !== undefined && { egress }),
    ...(src !== undefined && { src }),
    ...(dst !== undefined && { dst }),
    failed: failed ?? "include",
  };
  checkWords("family", query.families, FAMILIES);
  checkWords("kind", query.kinds, LINE_KINDS);
  checkWords("failed", [query.failed], ["include", "exclude", "only"]);
  checkQuery(query);
  return query;
}

/** For those who call without types. */
function checkWords(parameter: string, given: readonly string[], known: readonly string[]): void {
  for (const word of given) {
    if (!known.includes(word)) throw new BadQuery(parameter, `${quoted(word)} is none of ${known.join(", ")}`);
  }
}

type RawLine = Omit<Lookup, "time" | "timestamp" | "netns"> & {
  readonly time: string;
  readonly netns: { readonly cookie: string | null; readonly inode: number | null; readonly name: string | null };
};

/** `url`: of the daemon it came from. Throws StartError if that sent no lookup. */
function parseLookup(text: string, url: string | undefined): Line {
  try {
    const { time, netns, ...rest } = asLine(JSON.parse(text));
    const cookie = netns.cookie === null ? null : BigInt(netns.cookie);
    return { ...rest, time: new Date(time), timestamp: time, netns: { ...netns, cookie } } as Lookup;
  } catch (error) {
    if (url === undefined) throw error;
    throw new StartError("no_stream", { url, cause: `no lookup came: ${causeOf(error)}` }, { cause: error });
  }
}

/** What is read of a line here is there; the rest is as a daemon says it. */
function asLine(value: unknown): RawLine {
  const { time, netns } = objectOf(value, "it is not an object");
  const { cookie } = objectOf(netns, "it has no netns");
  if (typeof time !== "string" || Number.isNaN(Date.parse(time))) throw new Error("it has no time");
  if (cookie !== null && (typeof cookie !== "string" || !/^\d{1,20}$/.test(cookie)))
    throw new Error("its netns is none");
  return value as RawLine;
}

function objectOf(value: unknown, problem: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Error(problem);
  return value as Record<string, unknown>;
}
