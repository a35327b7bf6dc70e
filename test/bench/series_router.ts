// A namespace with very many keys for lookups to be counted under: tables, each with a route out of each of many devices.

import { createNetns, type Netns } from "../support/networks/netns.js";
import { type FloodResult, floodLookups } from "../support/traffic/flood.js";

const EGRESSES = 95;
const TABLES = 500;
const FIRST_TABLE = 1000;

/** A key for each route; with the failed results of each table at 0 beside them, a hundred series a table. */
export const KEYS = EGRESSES * TABLES;
export const KEYS_OF_A_TABLE = EGRESSES;

export interface SeriesRouter extends AsyncDisposable {
  /** In so many tables: in turn through all routes of one, then of the next. */
  lookUp(count: number, tables: number, cpu: number): Promise<FloodResult>;
}

export const ALL_TABLES = TABLES;

export async function createSeriesRouter(): Promise<SeriesRouter> {
  const netns = await createNetns("series");
  try {
    await fillTables(netns);
  } catch (error) {
    await netns.remove();
    throw error;
  }
  const destinations = range(EGRESSES).map((egress) => `10.201.${egress}.2`);
  return {
    lookUp: (count, tables, cpu) =>
      floodLookups({ netns, device: "e0", destinations, count, cpu, isDirect: true, table: FIRST_TABLE, tables }),
    [Symbol.asyncDispose]: () => netns.remove(),
  };
}

async function fillTables(netns: Netns): Promise<void> {
  await netns.sysctl({ "net.ipv4.ip_forward": 1 });
  const pairs = range(Math.ceil(EGRESSES / 2)).map((pair) => [`e${2 * pair}`, `e${2 * pair + 1}`] as const);
  await netns.ip(
    ...pairs.map(([one, other]) => `link add ${one} type veth peer name ${other}`),
    ...pairs.flat().map((device) => `link set ${device} up`),
    ...range(TABLES).flatMap((table) =>
      range(EGRESSES).map((egress) => `route add 10.201.${egress}.0/24 dev e${egress} table ${FIRST_TABLE + table}`),
    ),
  );
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
