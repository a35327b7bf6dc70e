// Our own metrics as text. What stands before a value is made once for each series and kept, as there may be very many.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Labels, MetricSpec, Sample } from "../kinds/metric.js";

/** What a counter's sample may point at: one of those that made it rise. */
export interface Exemplar {
  readonly labels: Labels;
  /** Seconds since 1970. */
  readonly seconds: number;
}

/** A metric, and where its values come from: asked once per rendering. */
export interface Family {
  readonly spec: MetricSpec;
  samples(): readonly Sample[];
  /** Of the sample with these labels; only OpenMetrics has them. */
  exemplar?(labels: Labels): Exemplar | undefined;
}

export type Format = "text" | "openmetrics";

/** Characters of an exemplar's names and values together, as OpenMetrics allows. */
const MOST_EXEMPLAR = 128;

/** Lines in one turn of the event loop: about 1 ms, several if their labels are new. */
const MOST_LINES = 1000;

export class Families {
  readonly #families: readonly Family[];
  /** By label set; a label set belongs to one family. */
  readonly #heads = new WeakMap<Labels, string>();

  constructor(families: readonly Family[]) {
    this.#families = families;
  }

  /** All sources are asked before this returns its promise: the values are of one moment. */
  async render(format: Format): Promise<string[]> {
    const moment = this.#families.map(({ spec, samples, exemplar }) => {
      const shown = samples();
      return { spec, samples: shown, ends: format === "openmetrics" && exemplar ? shown.map(endBy(exemplar)) : [] };
    });
    const texts: string[] = [];
    for (const { spec, samples, ends } of moment) {
      const parts = [header(spec, format)];
      for (let at = 0; at < samples.length; at += MOST_LINES) {
        if (samples.length > MOST_LINES) await nextTurn();
        const some = samples.slice(at, at + MOST_LINES);
        // Joined here, and not added up: very many strings on strings would all be copied in one turn at the end.
        const line = ({ labels, value }: Sample, own: number) =>
          this.#head(spec, labels) + value + (ends[at + own] ?? "");
        parts.push(some.map(line).join(""));
      }
      texts.push(parts.join(""));
    }
    return texts;
  }

  /** From the end of the line before to the value. */
  #head(spec: MetricSpec, labels: Labels): string {
    const known = this.#heads.get(labels);
    if (known !== undefined) return known;
    const pairs = pairsOf(labels, spec.labels);
    const head = `\n${spec.name}${pairs.length === 0 ? "" : `{${pairs.join()}}`} `;
    this.#heads.set(labels, head);
    return head;
  }
}

function pairsOf(labels: Labels, names: readonly string[]): string[] {
  return names.map((name) => `${name}="${escapeValue(labels[name] ?? "")}"`);
}

/** What stands behind the value: an exemplar, unless it is too long. Each is one lookup. */
function endBy(exemplar: (labels: Labels) => Exemplar | undefined) {
  return ({ labels: series }: Sample): string => {
    const found = exemplar(series);
    if (found === undefined) return "";
    const { labels, seconds } = found;
    if ([...Object.entries(labels).flat().join("")].length > MOST_EXEMPLAR) return "";
    return ` # {${pairsOf(labels, Object.keys(labels)).join()}} 1 ${seconds.toFixed(3)}`;
  };
}

/** OpenMetrics names a counter without the end that its samples have. */
function header({ name, type, help }: MetricSpec, format: Format): string {
  const family = format === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name;
  return `# HELP ${family} ${escapeText(help)}\n# TYPE ${family} ${type}`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeValue(text: string): string {
  return escapeText(text).replaceAll('"', '\\"');
}
