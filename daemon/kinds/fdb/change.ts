// What happened to a station in a bridge's forwarding table.

/** By number: enum ts_fdb_change. */
export const CHANGES = ["learned", "moved", "removed"] as const;

/** A frame to a station at no known port, which changes nothing. */
export const FLOODED = "flooded";

export type Change = (typeof CHANGES)[number];

export function changeOf(code: number): Change | typeof FLOODED | "" {
  return ([...CHANGES, FLOODED] as const)[code] ?? "";
}
