// Everyone who listens to the daemon's lookups: how many there may be, what names mean to them, and their end.

import { setTimeout as pause } from "node:timers/promises";
import { kindOf } from "../kinds/lines.js";
import type { KindWord } from "../kinds/list.js";
import type { LineFormat, LineNames, Listener, LookupFilter, Session, Verbosity } from "../native/session.js";
import { BadQuery, type LookupQuery, notAccepted, type Resolve, toFilter } from "./query.js";
import { buildVocabulary } from "./vocabulary.js";

/** What is needed of netns/naming.ts. */
interface Names {
  netnsNamed(name: string): bigint | undefined;
  tableNamed(name: string, netns?: bigint): number | undefined;
  lineNames(): LineNames;
}

export interface ListenersOptions {
  readonly session: Pick<Session, "listen" | "setVocabulary" | "setNames">;
  readonly names: Names;
  /** Makes the names no older than this, in milliseconds. Those of what cannot be read stay. */
  readonly freshen: (maxAgeMs: number) => void;
  readonly most: number;
  readonly queueBytes: number;
  /** The only namespaces whose lookups are to be shown; empty: all. */
  readonly netns: readonly string[];
  /** Why lookups of a kind cannot be seen. */
  readonly unseen: ReadonlyMap<KindWord, string>;
}

export interface Wanted {
  readonly query: LookupQuery;
  readonly format: LineFormat;
  readonly verbose: Verbosity;
}

interface Hearing {
  /** Lines wait and none waited before. */
  lines(): void;
  /** There will be no more than what `take` still gives now. */
  end(): void;
}

export interface Lines {
  /** Whole lines; empty if none wait. */
  take(): Buffer;
  /** May be called again. */
  close(): void;
}

/** There are as many listeners as may be. */
export class TooManyListeners extends Error {
  constructor(most: number) {
    super(`${most} listeners are already being served.`);
    this.name = "TooManyListeners";
  }
}

interface Open {
  readonly query: LookupQuery;
  readonly listener: Listener;
  filter: LookupFilter;
  readonly end: () => void;
}

const REFRESH_MS = 1000;
/** Within this the last lookup has come from the kernel. */
const LAST_LOOK_MS = 60;

export class Listeners {
  readonly #options: ListenersOptions;
  readonly #resolve: Resolve;
  readonly #open = new Set<Open>();
  #timer: NodeJS.Timeout | undefined;
  #lines = 0;
  #isStopped = false;

  constructor(options: ListenersOptions) {
    this.#options = options;
    this.#resolve = {
      netns: (name) => options.names.netnsNamed(name),
      table: (name, netns) => options.names.tableNamed(name, netns),
    };
  }

  start(): void {
    this.#options.session.setVocabulary(buildVocabulary());
  }

  get count(): number {
    return this.#open.size;
  }

  /** Lines handed over since the start. */
  get lines(): number {
    return this.#lines;
  }

  /** Throws BadQuery if this can never be listened to. */
  check(query: LookupQuery): void {
    this.#filterFor(this.#shown(query));
  }

  /** Throws BadQuery or TooManyListeners. */
  open({ query, format, verbose }: Wanted, hearing: Hearing): Lines {
    const { session, most, queueBytes } = this.#options;
    const shown = this.#shown(query);
    if (this.#open.size >= most || this.#isStopped) throw new TooManyListeners(most);
    this.#refreshNames(0);
    const filter = this.#filterFor(shown);
    const style = { format, verbose, colour: false, tellsDrops: true };
    const listener = session.listen({ filter, ...style, queueBytes }, () => hearing.lines());
    const open = { query: shown, listener, filter, end: () => hearing.end() };
    this.#open.add(open);
    this.#timer ??= setInterval(() => this.refresh(), REFRESH_MS);
    return {
      take: () => {
        const { bytes, lines } = listener.take();
        this.#lines += lines;
        return bytes;
      },
      close: () => this.#close(open),
    };
  }

  /** Names are those of now, and a listener to a namespace by name hears the one that bears it now. */
  refresh(): void {
    if (this.#open.size === 0) return;
    this.#refreshNames(REFRESH_MS / 2);
    for (const open of this.#open) {
      const filter = this.#filterNow(open);
      if (filter.netns === open.filter.netns && filter.table === open.filter.table) continue;
      open.filter = filter;
      open.listener.setFilter(filter);
    }
  }

  /** Lets every listener have what has happened so far, and ends it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#open.size > 0) await pause(LAST_LOOK_MS);
    for (const open of this.#open) {
      open.end();
      this.#close(open);
    }
  }

  #close(open: Open): void {
    if (!this.#open.delete(open)) return;
    open.listener.close();
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #refreshNames(maxAgeMs: number): void {
    const { session, names, freshen } = this.#options;
    freshen(maxAgeMs);
    session.setNames(names.lineNames());
  }

  /** The query within what the daemon shows at all. */
  #shown(query: LookupQuery): LookupQuery {
    const { netns, unseen } = this.#options;
    const kinds = query.kinds.filter((kind) => !unseen.has(kind));
    const [first] = query.kinds;
    if (first !== undefined && kinds.length === 0) {
      throw new BadQuery("kind", `${kindOf(first).noun}s cannot be seen here: ${unseen.get(first)}`);
    }
    if (netns.length === 0) return query;
    const [only, ...others] = netns;
    const same = query.netns === undefined ? undefined : this.#sameNetns(query.netns);
    if (same !== undefined) return { ...query, netns: same };
    if (query.netns !== undefined) throw notAccepted("netns", query.netns, `shown by this daemon: ${netns.join(", ")}`);
    if (only === undefined || others.length > 0) throw new BadQuery("netns", `one of ${netns.join(", ")} is needed`);
    return { ...query, netns: only };
  }

  /** The name by which the namespace is shown, which may have been asked for by its inode; undefined: it is not shown. */
  #sameNetns(asked: string): string | undefined {
    const { netns, names } = this.#options;
    if (netns.includes(asked)) return asked;
    this.#refreshNames(REFRESH_MS / 2);
    const cookie = names.netnsNamed(asked);
    return cookie === undefined ? undefined : netns.find((name) => names.netnsNamed(name) === cookie);
  }

  #filterFor(query: LookupQuery): LookupFilter {
    return toFilter(query, this.#resolve);
  }

  /** A table whose name is gone stays the one it was. */
  #filterNow({ query, filter }: Open): LookupFilter {
    try {
      return this.#filterFor(query);
    } catch (error) {
      if (error instanceof BadQuery) return filter;
      throw error;
    }
  }
}
