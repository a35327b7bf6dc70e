// Why a daemon says a destination fails.

import type { FailureReport } from "../../../daemon/destinations/failed_destinations.js";
import type { RemovedRoute } from "../../../daemon/wire/change.js";
import { ask } from "./protected_daemon.js";

/** The cause of each of the destination's rows of failed route lookups. */
export async function causesOf(address: string, destination: string): Promise<(RemovedRoute | null)[]> {
  const { destinations } = JSON.parse((await ask(address, "/api/failures?limit=200")).body) as FailureReport;
  return destinations
    .filter((row) => row.destination === destination && row.kind === "route")
    .map(({ cause }) => cause);
}
