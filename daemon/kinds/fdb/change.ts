// What happened to a station in a bridge's forwarding table.

/** By number: enum ts_fdb_change. */
export const CHANGES = ["learned", "moved", "removed"] as const;

export type Change = (typeof CHANGES)[number];

export function changeOf(code: number): Change | "" {
  return CHANGES[code] ?? "";
}
