// GET and HEAD of /api/failures: the destinations that most lookups and packets fail for, as JSON. Addresses are people's
// traffic: they are told only where the stream tells them anyway.

import type { FastifyInstance } from "fastify";
import { type FailedDestination, type FailureReport, MOST_DESTINATIONS } from "../destinations/failed_destinations.js";
import { addListRoute } from "./json_route.js";
import type { Outbox } from "./outbox.js";
import { PATHS } from "./paths.js";

export interface FailuresRoute {
  /** The last good one if the kernel's side cannot be read. */
  report(): FailureReport;
  readonly showsAddresses: boolean;
}

/** What is sent. */
interface Answer extends Omit<FailureReport, "destinations"> {
  readonly addressesShown: boolean;
  readonly destinations: readonly (Omit<FailedDestination, "destination"> & { readonly destination: string | null })[];
}

export function addFailuresRoute(
  app: FastifyInstance,
  { report, showsAddresses }: FailuresRoute,
  outbox: Outbox,
): void {
  const answer = (limit: number): Answer => {
    const { windowSeconds, sampledOneIn, destinations } = report();
    const shown = destinations.slice(0, limit);
    return {
      windowSeconds,
      sampledOneIn,
      addressesShown: showsAddresses,
      destinations: showsAddresses ? shown : shown.map((row) => ({ ...row, destination: null, cause: null })),
    };
  };
  addListRoute(app, PATHS.failures, { usual: 50, most: MOST_DESTINATIONS }, answer, outbox);
}
