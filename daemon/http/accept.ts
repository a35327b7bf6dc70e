// What the client takes, from its Accept and Accept-Encoding headers (RFC 9110, section 12.5). Pure. A header that
// is absent or cannot be read never costs the client its answer: it gets text, not compressed.

import type { LineFormat } from "../native/session.js";

export type Format = "text" | "openmetrics";

interface Weighted {
  /** Lower case, without parameters. */
  readonly name: string;
  readonly version: string | undefined;
  /** 0 to 1. */
  readonly weight: number;
}

/** OpenMetrics only for a client that names it; of two equally wanted formats the one named first. */
export function chooseFormat(accept: string | undefined): Format {
  const ranges = parse(accept);
  const open = ranges.filter(({ name, version }) => name === "application/openmetrics-text" && isOpenMetrics(version));
  const plain = ranges.filter(({ name, version }) => name === "text/plain" && isText(version));
  const wildcard = ["text/*", "*/*"].map((name) => ranges.filter((range) => range.name === name));

  const openWeight = heaviest(open);
  if (openWeight === undefined || openWeight === 0) return "text";
  const plainWeight = heaviest(plain);
  if (plainWeight === undefined) {
    const textWeight = wildcard.map(heaviest).find((weight) => weight !== undefined) ?? 0;
    return openWeight >= textWeight ? "openmetrics" : "text";
  }
  if (openWeight !== plainWeight) return openWeight > plainWeight ? "openmetrics" : "text";
  return first(ranges, open, openWeight) < first(ranges, plain, plainWeight) ? "openmetrics" : "text";
}

const LINE_FORMATS: ReadonlyMap<string, LineFormat> = new Map([
  ["text/plain", "text"],
  ["application/x-ndjson", "json"],
  ["application/ndjson", "json"],
  ["application/json", "json"],
  ["text/event-stream", "sse"],
]);

/** The format of lines whose name the client wants most, of equally wanted ones the one named first; text if it names none. */
export function chooseLineFormat(accept: string | undefined): LineFormat {
  const named = parse(accept).filter(({ name, weight }) => LINE_FORMATS.has(name) && weight > 0);
  const best = named.reduce<Weighted | undefined>(
    (best, range) => (best === undefined || range.weight > best.weight ? range : best),
    undefined,
  );
  return LINE_FORMATS.get(best?.name ?? "") ?? "text";
}

/** Whether gzip is allowed, and wanted no less than the body as it is. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const codings = parse(acceptEncoding);
  const weightOf = (...names: string[]) => heaviest(codings.filter(({ name }) => names.includes(name)));
  const gzip = weightOf("gzip", "x-gzip") ?? weightOf("*") ?? 0;
  return gzip > 0 && gzip >= (weightOf("identity") ?? 0);
}

function isOpenMetrics(version: string | undefined): boolean {
  return version === undefined || version === "1.0.0" || version === "0.0.1";
}

function isText(version: string | undefined): boolean {
  return version === undefined || version === "0.0.4";
}

function heaviest(ranges: readonly Weighted[]): number | undefined {
  return ranges.length === 0 ? undefined : Math.max(...ranges.map(({ weight }) => weight));
}

function first(all: readonly Weighted[], some: readonly Weighted[], weight: number): number {
  return all.findIndex((range) => some.includes(range) && range.weight === weight);
}

function parse(header: string | undefined): Weighted[] {
  return (header ?? "").split(",").flatMap((range) => {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const values = new Map(parameters.map(parameter));
    const weight = parseWeight(values.get("q") ?? "1");
    return name === "" || weight === undefined ? [] : [{ name, version: values.get("version"), weight }];
  });
}

function parameter(text: string): [string, string] {
  const [name = "", value = ""] = text.split("=", 2).map((part) => part.trim());
  return [name, value.replace(/^"(.*)"$/, "$1")];
}

/** More digits than the RFC's three are taken, as other exporters do. */
function parseWeight(text: string): number | undefined {
  return /^(0(\.\d*)?|1(\.0*)?)$/.test(text) ? Number(text) : undefined;
}
