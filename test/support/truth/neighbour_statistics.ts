// The kernel's own account of its two tables of neighbours, which all namespaces share.

import { readFileSync } from "node:fs";

const FILES = { ipv4: "/proc/net/stat/arp_cache", ipv6: "/proc/net/stat/ndisc_cache" } as const;

/** What a column counted since boot: a hexadecimal number in each row, which is a CPU's. */
export function neighbourStatistic(family: keyof typeof FILES, name: string): number {
  const [header = "", ...rows] = readFileSync(FILES[family], "utf8").trim().split("\n");
  const column = header.trim().split(/\s+/).indexOf(name);
  return rows.reduce((sum, row) => sum + Number.parseInt(row.trim().split(/\s+/)[column] ?? "", 16), 0);
}
