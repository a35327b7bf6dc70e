// The one reader of the kernel's side. Everybody else says how old a reading may be for them and gets the last one or a new
// one; of each new one names, books and destinations are kept up to date before anybody sees it.

import type { RouteChangeCounts } from "../native/route_changes.js";
import { EMPTY_INVENTORY, type EventsDropped, type Inventory, type Session } from "../native/session.js";
import { Outage } from "../outage.js";
import { type Reading, SOURCES, type Source } from "./reading.js";
import { Retirement } from "./retirement.js";

export interface DrainOptions {
  readonly session: Pick<Session, "counters" | "inventory" | "probes" | "retire" | "release" | "events">;
  readonly names: { refresh(inventory: Inventory, now: number): void };
  readonly books: {
    take(reading: Reading): void;
    retirable(now: number): Uint32Array;
    forget(indices: Uint32Array): void;
  };
  /** Of routes; absent: nobody hears of them. May throw, and count on. */
  readonly changes?: { read(inventory: Inventory): RouteChangeCounts };
  /** Reads a sample of its own, at most once a second. */
  readonly destinations: { drain(now: number): void };
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Told when a source begins to fail or fails in another way, and with undefined when it works again. */
  readonly tell: (source: Source, error: Error | undefined) => void;
}

export class Drain {
  readonly #options: DrainOptions;
  readonly #retirement: Retirement;
  readonly #outages: ReadonlyMap<Source, Outage>;
  readonly #startedAt: number;
  readonly #failed = new Map<Source, Error>();
  readonly #failures = new Map<Source, number>(SOURCES.map((source) => [source, 0]));
  #last: Reading | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
    this.#startedAt = options.clock();
    this.#retirement = new Retirement(options.session);
    this.#outages = new Map(SOURCES.map((source) => [source, new Outage((error) => options.tell(source, error))]));
  }

  /** The last one, or the first. */
  get last(): Reading {
    return this.#last ?? this.now(0);
  }

  /** A reading that is no older than this, in milliseconds. Never throws: it says what failed. */
  now(maxAgeMs: number): Reading {
    const now = this.#options.clock();
    if (this.#last !== undefined && now - this.#last.at < maxAgeMs) return this.#last;
    const reading = this.#read(now);
    this.#last = reading;
    this.#settle(reading);
    return reading;
  }

  /**
   * Counters are read before the inventory: a namespace that is born in between is then not yet counted, rather than
   * counted and without a name.
   */
  #read(now: number): Reading {
    const { session, names, destinations } = this.#options;
    const last = this.#last;
    const rows = this.attempt("counters", () => session.counters());
    const walked = this.attempt("inventory", () => session.inventory());
    const inventory = walked && this.#withChanges(walked);
    const reading: Reading = {
      at: now,
      ...(rows && { rows }),
      overflow: rows === undefined ? (last?.overflow ?? []) : [...rows.overflow],
      inventory: inventory ?? last?.inventory ?? EMPTY_INVENTORY,
      isNamed: inventory !== undefined,
      namedAt: inventory === undefined ? (last?.namedAt ?? this.#startedAt) : now,
      probes: this.attempt("probes", () => session.probes()) ?? last?.probes ?? [],
      dropped: this.#readEvents() ?? last?.dropped ?? { ringbuf: 0, queue: 0, decode: 0, fault: "" },
      failed: this.#failed,
      failures: this.#failures,
    };
    names.refresh(reading.inventory, now);
    this.attempt("failures", () => destinations.drain(now));
    return reading;
  }

  #withChanges(inventory: Inventory): Inventory {
    const { changes } = this.#options;
    const routeChanges =
      changes && (this.attempt("changes", () => changes.read(inventory)) ?? this.#last?.inventory.routeChanges);
    return routeChanges === undefined ? inventory : { ...inventory, routeChanges };
  }

  /** What is lost is counted also while the ring cannot be waited for. */
  #readEvents(): EventsDropped | undefined {
    let dropped: EventsDropped | undefined;
    this.attempt("events", () => {
      dropped = this.#options.session.events();
      if (dropped.fault !== "") throw new Error(dropped.fault);
    });
    return dropped;
  }

  /** Takes the counts in, and gives the indices of those back that will rise no more. */
  #settle(reading: Reading): void {
    const { books } = this.#options;
    books.take(reading);
    if (reading.rows === undefined) return;
    this.attempt("retirement", () => {
      books.forget(this.#retirement.release(reading.at));
      this.#retirement.retire(reading.at, books.retirable(reading.at));
    });
  }

  /** What `act` returns, or undefined if it throws, which is then a failed read of this source. */
  attempt<T>(source: Source, act: () => T): T | undefined {
    try {
      const value = act();
      this.#failed.delete(source);
      this.#outages.get(source)?.works();
      return value;
    } catch (error) {
      this.#failed.set(source, error instanceof Error ? error : new Error(String(error)));
      this.#failures.set(source, (this.#failures.get(source) ?? 0) + 1);
      this.#outages.get(source)?.fails(error);
      return undefined;
    }
  }
}
