// The destinations with the most failed lookups, as the daemon's bounded sketch knows them.

import type { RemovedRoute } from "../wire/change.js";
import { find, findIn, setText } from "./element.js";
import { count, rate } from "./format.js";
import { removalText } from "./removed_routes.js";
import { RowList, textColumn } from "./row_list.js";

/** The answer of /api/failures. */
export interface FailuresAnswer {
  readonly windowSeconds: number;
  /** 1: every failed lookup was looked at. */
  readonly sampledOneIn: number;
  readonly addressesShown: boolean;
  readonly destinations: readonly Destination[];
}

interface Destination {
  readonly kind: string;
  readonly netns: string;
  readonly family: string;
  /** Null of a packet that was dropped; so is the reason of a lookup. */
  readonly table: string | null;
  readonly result: string;
  readonly reason: string | null;
  /** Null if addresses are not shown. */
  readonly destination: string | null;
  readonly lookups: number;
  readonly lookupsPerSecond: number;
  /** Null if none is known, or if addresses are not shown. */
  readonly cause: RemovedRoute | null;
}

const MOST_ROWS = 20;

export class DestinationsPanel {
  readonly #hint = find("destinations-hint", HTMLParagraphElement);
  readonly #table = find("destinations", HTMLTableElement);
  readonly #rows: RowList<readonly [Destination, number]>;

  constructor() {
    const body = findIn(this.#table, "tbody", HTMLTableSectionElement);
    this.#rows = new RowList<readonly [Destination, number]>(
      body,
      [
        textColumn(([{ destination, family }]) => destination ?? `hidden, ${family}`, { isHeading: true }),
        textColumn(([{ netns }]) => netns),
        textColumn(([{ kind, table }]) => table ?? kind),
        textColumn(([{ result, reason }]) => reason ?? result),
        textColumn(([{ cause }]) => (cause === null ? "" : removalText(cause))),
        textColumn(([{ lookupsPerSecond }]) => rate(lookupsPerSecond), { isNumber: true }),
        textColumn(([{ lookups }]) => count(lookups), { isNumber: true }),
      ],
      // Without addresses several may be alike; then the place in the list tells them apart.
      ([{ kind, netns, family, table, result, reason, destination }, at]) =>
        [kind, netns, family, table, result, reason, destination ?? at].join("\0"),
    );
  }

  show({ windowSeconds, sampledOneIn, addressesShown, destinations }: FailuresAnswer): void {
    this.#table.hidden = destinations.length === 0;
    this.#rows.show(
      destinations.slice(0, MOST_ROWS).map((destination, at) => [destination, at]),
      (line, [{ result }]) => {
        line.dataset["result"] = result;
      },
    );
    const window = `the last ${count(windowSeconds)} s`;
    const sentences =
      destinations.length === 0
        ? [`No lookup has failed in ${window}; misses in local are left out.`]
        : [
            `Of ${window}, without misses in local. Memory is bounded: what fails often is right, what is rare may be missing.`,
          ];
    if (sampledOneIn > 1) {
      sentences.push(`So many fail that one in ${count(sampledOneIn)} is looked at; the numbers are estimates.`);
    }
    if (!addressesShown) sentences.push("Addresses are people’s traffic: shown only with --web.enable-stream.");
    setText(this.#hint, sentences.join(" "));
  }

  unavailable(): void {
    this.#table.hidden = true;
    setText(this.#hint, "Not available: the daemon does not tell them.");
  }
}
