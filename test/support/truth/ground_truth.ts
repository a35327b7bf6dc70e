// What the kernel really looked up, told by bpftrace from the formatted tracepoints: independent of tablesnoop's own
// programs. Only destinations under the given prefixes count, so that other traffic on the machine does not disturb.

import { isIPv6 } from "node:net";
import type { Background } from "../processes/background.js";
import { startBpftrace } from "./bpftrace.js";

export interface TracedLookup {
  readonly family: "ipv4" | "ipv6";
  readonly table: number;
  /** Positive errno, 0 if found. IPv6: the kernel reports an unmatched table as 113, like an unreachable route. */
  readonly error: number;
  readonly destination: string;
  /** Device of the nexthop; "" if the lookup failed. */
  readonly device: string;
  readonly count: number;
}

export interface GroundTruth extends AsyncDisposable {
  /** Detaches and returns what was counted since the start. */
  stop(): Promise<TracedLookup[]>;
}

/** Starts counting; returns once the probes are attached. */
export async function startGroundTruth(prefixes: readonly string[]): Promise<GroundTruth> {
  const tracer = await startBpftrace(probes(prefixes));
  return {
    stop: () => stopAndRead(tracer),
    [Symbol.asyncDispose]: async () => {
      await tracer.stop("SIGINT");
    },
  };
}

/** Sums the rows that agree with every given field. */
export function countTraced(lookups: readonly TracedLookup[], where: Partial<TracedLookup> = {}): number {
  const wanted = Object.entries(where) as [keyof TracedLookup, unknown][];
  return lookups
    .filter((lookup) => wanted.every(([field, value]) => lookup[field] === value))
    .reduce((sum, lookup) => sum + lookup.count, 0);
}

function probes(prefixes: readonly string[]): string {
  const v6 = prefixes.filter((prefix) => isIPv6(prefix.replace(/\/.*/, "")));
  const v4 = prefixes.filter((prefix) => !v6.includes(prefix));
  const probe = (name: string, map: string, wanted: readonly string[]) => {
    if (wanted.length === 0) return "";
    return `
      tracepoint:${name} /${wanted.map(predicate).join(" | ")}/ {
        @${map}_total = count();
        if (args->err == 0) {
          @${map}[args->tb_id, args->err, ntop(args->dst), args->name] = count();
        } else {
          @${map}_failed[args->tb_id, args->err, ntop(args->dst)] = count();
        }
      }`;
  };
  return probe("fib:fib_table_lookup", "ipv4", v4) + probe("fib6:fib6_table_lookup", "ipv6", v6);
}

/**
 * "10.16.0.0/12" becomes a comparison of the bytes of args->dst, the last one masked. Joined by & and |: what bpftrace
 * 0.17 makes of && and || here, the verifier refuses (a modified context pointer).
 */
function predicate(prefix: string): string {
  const [address = "", length = ""] = prefix.split("/");
  const bits = Number(length);
  const tests: string[] = [];
  for (const [index, byte] of addressBytes(address).entries()) {
    const mask = 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - index * 8)));
    if (mask !== 0) tests.push(`((args->dst[${index}] & ${mask}) == ${byte & mask})`);
  }
  return tests.length === 0 ? "1" : `(${tests.join(" & ")})`;
}

function addressBytes(address: string): number[] {
  if (!isIPv6(address)) return address.split(".").map(Number);
  const [head = "", tail = ""] = address.split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16)));
  const [first, last] = [words(head), words(tail)];
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
  return all.flatMap((word) => [word >> 8, word & 0xff]);
}

async function stopAndRead(tracer: Background): Promise<TracedLookup[]> {
  const exit = await tracer.stop("SIGINT");
  if (exit.code !== 0) {
    throw new Error(`stop bpftrace: ended with ${exit.signal ?? exit.code}; it said: ${tracer.stderr().trim()}`);
  }
  return (["ipv4", "ipv6"] as const).flatMap((family) => parse(tracer.stdout(), family));
}

/**
 * Lines such as `@ipv4[254, 0, 10.1.2.3, eth0]: 23`. Not bpftrace's JSON: the kernel leaves rubbish behind the end of a
 * device name, so that keys which print alike stand there more than once, and a JSON object keeps only the last.
 */
function parse(output: string, family: "ipv4" | "ipv6"): TracedLookup[] {
  const row = new RegExp(`^@${family}(?:_failed)?\\[(\\d+), (-?\\d+), ([^,\\]]+)(?:, (.*))?\\]: (\\d+)$`, "gm");
  const lookups = new Map<string, TracedLookup>();
  for (const [, table, error, destination = "", device = "", count] of output.matchAll(row)) {
    const key = `${table} ${error} ${destination} ${device}`;
    lookups.set(key, {
      family,
      table: Number(table),
      error: Math.abs(Number(error)),
      destination,
      device,
      count: Number(count) + (lookups.get(key)?.count ?? 0),
    });
  }
  const rows = [...lookups.values()];
  const total = Number(new RegExp(`^@${family}_total: (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  if (countTraced(rows) !== total) {
    throw new Error(
      `read ground truth of ${family}: ${countTraced(rows)} of ${total} lookups have a key; too many keys?`,
    );
  }
  return rows;
}
