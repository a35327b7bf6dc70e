// The daemon's half that counts: from the session to what /metrics and the page are told.

import type { Config } from "./config.js";
import { FailedDestinations, type FailedDestinationsOptions } from "./destinations/failed_destinations.js";
import { Drain, type DrainOptions } from "./drain/drain.js";
import { Exposition, type ExpositionOptions } from "./exposition/exposition.js";
import { Answers } from "./history/answers.js";
import { Books } from "./history/books.js";
import { Recent } from "./history/recent.js";
import { COLLECTORS } from "./kinds/collectors.js";
import type { Names } from "./kinds/kind.js";
import { KINDS } from "./kinds/list.js";
import { Ledger } from "./ledger/ledger.js";
import type { Session } from "./native/session.js";
import { isShownAmong } from "./netns/shown.js";

type Limits =
  | "failureWindowMs"
  | "seriesExpiryMs"
  | "seriesMax"
  | "netns"
  | "collectors"
  | "exporterMetrics"
  | "stream";

export interface CountingOptions
  extends Pick<DrainOptions, "clock" | "tell">,
    Pick<ExpositionOptions, "watched" | "stream" | "reloads" | "logLinesDropped" | "build"> {
  readonly config: Pick<Config, Limits>;
  readonly session: Session;
  readonly names: Names & DrainOptions["names"];
  /** Of routes in the daemon's own namespace; absent: nobody hears of them. */
  readonly changes?: DrainOptions["changes"] & FailedDestinationsOptions["causes"];
  /** Milliseconds since 1970; the clock of this machine if absent. */
  readonly time?: () => number;
}

export interface Counting {
  readonly drain: Drain;
  readonly destinations: FailedDestinations;
  readonly exposition: Exposition;
  readonly answers: Answers;
}

export function buildCounting({
  config,
  session,
  names,
  changes,
  clock,
  tell,
  time = Date.now,
  ...exposed
}: CountingOptions): Counting {
  const { failureWindowMs: windowMs, seriesExpiryMs: expiryMs, seriesMax, netns, collectors, stream } = config;
  const startedAt = clock();
  const shows = isShownAmong(netns);
  const countsNoRoute = collectors.mib;
  const ledger = new Ledger({ kinds: KINDS, names, shows, expiryMs, seriesMax, windowMs, startedAt });
  const recent = new Recent(startedAt);
  const isOn = COLLECTORS.filter(({ word }) => collectors[word]);
  const books = new Books({ ledger, recent, names, shows, countsNoRoute, collectors: isOn, expiryMs });
  const destinations = new FailedDestinations({
    ...{ session, names, windowMs, startedAt, time, shows, showsAddresses: stream !== undefined },
    ...(changes && { causes: changes }),
  });
  const drain = new Drain({ session, names, books, destinations, clock, tell, ...(changes && { changes }) });
  const processMetrics = config.exporterMetrics;
  return {
    drain,
    destinations,
    exposition: new Exposition({
      ...{ drain, books, ledger, names, shows, kinds: KINDS, collectors, clock, processMetrics },
      // Whoever may not see the stream may see no address here either.
      latest: stream && destinations.latest,
      ...exposed,
    }),
    answers: new Answers({ drain, books, ledger, recent, countsNoRoute, clock }),
  };
}
