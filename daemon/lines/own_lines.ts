// Lines from probes of one's own: opens a session, listens, and keeps its names and its filter fresh.

import { performance } from "node:perf_hooks";
import { causeOf, StartError } from "../errors.js";
import { bitsOf } from "../kinds/lines.js";
import { wordsOf } from "../kinds/unseen.js";
import type { RouteChanges } from "../native/route_changes.js";
import type { Backend, Listener, LookupFilter, Session, SessionOptions, Verbosity } from "../native/session.js";
import { Naming } from "../netns/naming.js";
import { ownInode } from "../netns/own.js";
import { Outage } from "../outage.js";
import { type LookupQuery, toFilter } from "../stream/query.js";
import { buildVocabulary } from "../stream/vocabulary.js";
import type { LineSource, LinesDropped, SourceFormat } from "./line_source.js";
import { Wake } from "./wake.js";

/** Some 50,000 lookups: the native thread looks every 20 ms, and sooner when much is waiting. */
const RING_BYTES = 8 << 20;
const QUEUE_BYTES = 8 << 20;
/** Nobody reads this session's counters; a key without room is only counted without detail. */
const MAX_COUNTERS = 64;
/** How long a change of names goes unnoticed. */
const REFRESH_MS = 1000;
/** After a stop: so long nothing may come until nothing is taken to be left, several times what the native thread waits. */
const SETTLE_MS = 100;
/** Names of what is gone, for lines that are on their way. */
const KEEP_NAMES_MS = 10_000;

export interface OwnLinesOptions {
  readonly query: LookupQuery;
  /** Nothing but the namespace this process is in. */
  readonly ownNetns: boolean;
  readonly format: SourceFormat;
  readonly verbose: Verbosity;
  readonly colour: boolean;
  readonly probe: Backend | "auto";
  /** Told, in one line each, of what cannot be seen although nothing is wrong with what was asked. */
  readonly note: (text: string) => void;
  readonly openSession: (options: SessionOptions) => Session;
  /** Tells the listeners of a session of changes of routes, until it is closed. */
  readonly openRouteChanges: (session: Session) => Pick<RouteChanges, "close">;
}

/** Attaches the probes; throws what `describe` of errors.ts can tell, and BadQuery. */
export function openOwnLines(options: OwnLinesOptions): LineSource {
  const { query, probe } = options;
  const session = options.openSession({
    backend: probe,
    maxCounters: MAX_COUNTERS,
    ringBytes: RING_BYTES,
    kinds: bitsOf(query.kinds),
  });
  try {
    tellOfTheUnseen(session, options);
    const changes = query.kinds.includes("change") ? options.openRouteChanges(session) : undefined;
    return new OwnLines(session, changes, options);
  } catch (error) {
    session.close();
    throw error;
  }
}

class OwnLines implements LineSource {
  readonly #session: Session;
  readonly #changes: Pick<RouteChanges, "close"> | undefined;
  readonly #query: LookupQuery;
  readonly #naming: Naming;
  readonly #own: bigint | undefined;
  readonly #listener: Listener;
  readonly #wake = new Wake();
  readonly #outage: Outage;
  readonly #late: Outage;
  readonly #timer: NodeJS.Timeout;
  #filter: LookupFilter;
  #dropped: LinesDropped = { ringbuf: 0, queue: 0, daemon: 0 };
  #isStopped = false;
  #isClosed = false;

  constructor(
    session: Session,
    changes: Pick<RouteChanges, "close"> | undefined,
    { query, ownNetns, format, verbose, colour, note }: OwnLinesOptions,
  ) {
    this.#session = session;
    this.#changes = changes;
    this.#query = query;
    this.#outage = new Outage((error) =>
      note(error ? `read names: ${causeOf(error)}; the last good ones are kept` : "names are read again"),
    );
    this.#late = new Outage((error) =>
      note(error ? `${causeOf(error)}; lines come late` : "the event ring can be waited for again"),
    );
    this.#naming = new Naming({
      keepMs: KEEP_NAMES_MS,
      report: (error, place) => note(error?.message ?? `${place} can be read again`),
    });
    this.#own = ownNetns ? ownCookie(session) : undefined;
    session.setVocabulary(buildVocabulary());
    this.#refreshNames();
    this.#filter = this.#buildFilter();
    const listening = { filter: this.#filter, format, verbose, colour, tellsDrops: false, queueBytes: QUEUE_BYTES };
    this.#listener = session.listen(listening, this.#wake.call);
    const needsNames = format === "json" || query.netns !== undefined || query.table !== undefined;
    this.#timer = setInterval(() => {
      if (needsNames) this.#refresh();
      this.#lookForFaults();
    }, REFRESH_MS);
  }

  async next(): Promise<Buffer | undefined> {
    while (!this.#isClosed) {
      const { bytes } = this.#listener.take();
      if (bytes.length > 0) return bytes;
      const isCalled = await this.#wake.wait(this.#isStopped ? SETTLE_MS : undefined);
      if (this.#isStopped && !isCalled) return undefined;
    }
    return undefined;
  }

  stop(): void {
    if (this.#isStopped || this.#isClosed) return;
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#listener.setFilter({ ...this.#filter, results: 0 });
    this.#wake.call();
  }

  dropped(): LinesDropped {
    if (!this.#isClosed) this.#dropped = { ...this.#listener.dropped(), daemon: 0 };
    return this.#dropped;
  }

  close(): void {
    if (this.#isClosed) return;
    this.dropped();
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#listener.close();
    this.#changes?.close();
    this.#session.close();
    this.#wake.call();
  }

  #refresh(): void {
    this.#outage.during(() => {
      this.#refreshNames();
      const filter = this.#buildFilter();
      if (filter.netns === this.#filter.netns && filter.table === this.#filter.table) return;
      this.#filter = filter;
      this.#listener.setFilter(filter);
    });
  }

  #lookForFaults(): void {
    this.#late.during(() => {
      const { fault } = this.#session.events();
      if (fault !== "") throw new Error(fault);
    });
  }

  #refreshNames(): void {
    this.#naming.refresh(this.#session.inventory(), performance.now());
    this.#session.setNames(this.#naming.lineNames());
  }

  #buildFilter(): LookupFilter {
    const filter = toFilter(this.#query, {
      netns: (name) => this.#naming.netnsNamed(name),
      table: (name, netns) => this.#naming.tableNamed(name, netns ?? this.#own),
    });
    return this.#own === undefined ? filter : { ...filter, netns: this.#own };
  }
}

function tellOfTheUnseen(session: Session, { query: { kinds }, ownNetns, note }: OwnLinesOptions): void {
  const all = session.unseen();
  const wholly = all.filter(({ part }) => part === "");
  for (const unseen of all) {
    const { reason, isElsewhere } = unseen;
    if (isElsewhere && ownNetns) continue;
    const lookups = wordsOf(unseen);
    if (wholly.length === kinds.length) {
      const because = session.fallbackReason === "" ? "" : `; trampoline: ${session.fallbackReason}`;
      throw new StartError("kind_unseen", { lookups, cause: `${reason}${because}` });
    }
    note(`${lookups} cannot be seen: ${reason}`);
  }
  for (const { probe, isMissing, reason } of session.probes()) {
    if (isMissing) note(`${probe} is not attached: ${reason}`);
  }
}

function ownCookie(session: Session): bigint {
  const inode = ownInode();
  const own = session.inventory().netns.find((row) => row.inode === inode);
  if (own === undefined) throw new StartError("own_netns_unknown", { inode: String(inode) });
  return own.cookie;
}
