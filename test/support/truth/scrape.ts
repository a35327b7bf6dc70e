// Fetches an exposition and reads the Prometheus text format into samples: as much of it as tests need.

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

export async function scrape(url: string): Promise<Sample[]> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`scrape ${url}: status ${response.status}; ${text.slice(0, 500)}`);
  return parseExposition(text);
}

/** Throws on a line that is neither a sample nor a comment. */
export function parseExposition(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parseLine);
}

/** The value of the one sample that carries these labels; undefined if there is none. Throws if there are several. */
export function value(samples: readonly Sample[], name: string, labels: Labels = {}): number | undefined {
  const found = select(samples, name, labels);
  if (found.length > 1) {
    throw new Error(`read ${name}${JSON.stringify(labels)}: ${found.length} samples match, one was expected`);
  }
  return found[0]?.value;
}

/** Sum of all samples that carry these labels; 0 if there is none, as a counter that was never raised. */
export function total(samples: readonly Sample[], name: string, labels: Labels = {}): number {
  return select(samples, name, labels).reduce((sum, sample) => sum + sample.value, 0);
}

/** What was added between two scrapes. */
export function delta(before: readonly Sample[], after: readonly Sample[], name: string, labels: Labels = {}): number {
  return total(after, name, labels) - total(before, name, labels);
}

function select(samples: readonly Sample[], name: string, labels: Labels): Sample[] {
  const wanted = Object.entries(labels);
  return samples.filter(
    (sample) => sample.name === name && wanted.every(([label, text]) => sample.labels[label] === text),
  );
}

function parseLine(line: string): Sample {
  const [, name = "", inBraces = "", number = ""] =
    /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:\\.|[^"\\])*")*)\})? (\S+)(?: \S+)?$/.exec(line) ?? [];
  const read = parseNumber(number);
  if (name === "" || read === undefined) throw new Error(`parse exposition: not a sample: ${line}`);
  return { name, labels: parseLabels(inBraces, line), value: read };
}

function parseLabels(inBraces: string, line: string): Labels {
  const pair = /([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)"(?:,|$)/y;
  const labels: Record<string, string> = {};
  while (pair.lastIndex < inBraces.length) {
    const [, label = "", escaped = ""] = pair.exec(inBraces) ?? [];
    if (label === "" || label in labels) throw new Error(`parse exposition: bad labels: ${line}`);
    labels[label] = escaped.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
  }
  return labels;
}

function parseNumber(text: string): number | undefined {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (text === "NaN") return Number.NaN;
  const read = Number(text);
  return text === "" || Number.isNaN(read) ? undefined : read;
}
