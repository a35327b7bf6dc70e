// How many packets went through each namespace, and which the kernel refused, by its own account.

import { FAMILIES } from "../../fib/lookup.js";
import { ABI } from "../../native/abi.js";
import type { Inventory } from "../../native/session.js";
import { accountPerNetns } from "../per_netns.js";

const PATHS = {
  forwarded: [ABI.TS_MIB_FORWARDED],
  sent: [ABI.TS_MIB_SENT],
  delivered: [ABI.TS_MIB_DELIVERED],
} as const;

const REASONS = {
  rp_filter: [ABI.TS_MIB_RP_FILTER],
  address: [ABI.TS_MIB_ADDRESS],
  header: [ABI.TS_MIB_HEADER],
  discard: [ABI.TS_MIB_IN_DISCARDS, ABI.TS_MIB_OUT_DISCARDS],
  too_big: [ABI.TS_MIB_TOO_BIG],
  fragmentation: [ABI.TS_MIB_FRAGMENTATION],
} as const;

export const packets = accountPerNetns(
  {
    name: "tablesnoop_packets_total",
    type: "counter",
    help: "Packets forwarded, sent and delivered, by the kernel's own account; before Linux 6.7 IPv4 packets that were forwarded are among those sent.",
    labels: ["netns", "family", "path"],
  },
  columns("path", PATHS),
  { isRouted: ({ path }) => path === "forwarded" || path === "sent" },
);

export const ipErrors = accountPerNetns(
  {
    name: "tablesnoop_ip_errors_total",
    type: "counter",
    help: "Packets refused for another reason than a missing route, by the kernel's own account; one packet may have two reasons.",
    labels: ["netns", "family", "reason"],
  },
  columns("reason", REASONS),
  {
    trouble: ({ netns = "", family = "", reason: detail = "" }) => ({
      ...({ cause: "ip_error", netns, family, device: "", detail } as const),
    }),
  },
);

/** One for each word and family; its value is the sum of the numbers. */
function columns(label: "path" | "reason", words: Readonly<Record<string, readonly number[]>>) {
  return FAMILIES.flatMap((family, position) =>
    Object.entries(words).map(([word, numbers]) => ({
      labels: { family, [label]: word },
      value: ({ mib }: Inventory, row: number) =>
        numbers.reduce((sum, number) => sum + (mib[(row * 2 + position) * ABI.TS_MIBS + number] ?? Number.NaN), 0),
    })),
  );
}
