// Failures that have not happened yet: for each (netns, family, table) seen, every way to fail at 0, so that rate()
// sees the first failure.

import type { Sample } from "../exposition/catalog.js";
import { FAMILIES, type Result } from "../fib/lookup.js";
import type { RouteLabels } from "../kinds/labels.js";
import { ROUTE_FAILURES } from "../kinds/rule/result.js";

interface Table {
  /** Real series in this table. */
  series: number;
  readonly zeros: Map<Result, Sample<"routeLookups">>;
  readonly real: Set<string>;
}

export class ZeroSeries {
  readonly #tables = new Map<string, Table>();

  /** A real series began. */
  add(labels: RouteLabels): void {
    const key = tableKey(labels);
    const table = this.#tables.get(key) ?? { series: 0, zeros: zeros(labels), real: new Set() };
    this.#tables.set(key, table);
    table.series += 1;
    if (labels.result !== "found") table.real.add(labels.result);
  }

  /** A real series ended. */
  remove(labels: RouteLabels): void {
    const key = tableKey(labels);
    const table = this.#tables.get(key);
    if (table === undefined) return;
    table.series -= 1;
    table.real.delete(labels.result);
    if (table.series === 0) this.#tables.delete(key);
  }

  /** At most `room` of the zeros: they give way to real series. */
  samples(room: number): Sample<"routeLookups">[] {
    const samples: Sample<"routeLookups">[] = [];
    for (const { zeros, real } of this.#tables.values()) {
      for (const [result, sample] of zeros) {
        if (samples.length >= room) return samples;
        if (!real.has(result)) samples.push(sample);
      }
    }
    return samples;
  }
}

function tableKey({ netns, family, table }: RouteLabels): string {
  return `${netns}\0${family}\0${table}`;
}

function zeros(labels: RouteLabels): Map<Result, Sample<"routeLookups">> {
  const family = FAMILIES.find((name) => name === labels.family) ?? "ipv4";
  return new Map(
    ROUTE_FAILURES[family].map((result) => [result, { labels: { ...labels, egress: "", result }, value: 0 }]),
  );
}
