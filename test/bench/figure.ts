// One measured figure: its rounds, its goal, and how a list of them is shown.

export type Goal = { readonly atMost: number } | { readonly atLeast: number };

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is the median of, if there were rounds. */
  readonly rounds?: readonly number[];
  /** The same from the least times of all rounds; steadier on a busy machine, so this is judged if there is one. */
  readonly least?: number;
  readonly goal?: Goal;
}

export type Verdict = "met" | "missed" | "";

export function verdict({ value, least = value, goal }: Figure): Verdict {
  if (goal === undefined) return "";
  return ("atMost" in goal ? least <= goal.atMost : least >= goal.atLeast) ? "met" : "missed";
}

export function medianFigure(name: string, unit: string, rounds: readonly number[]): Figure {
  return { name, unit, rounds, value: median(rounds) };
}

/** A time: its least is what it takes when nothing disturbs. */
export function timeFigure(name: string, unit: string, rounds: readonly number[], goal?: Goal): Figure {
  return { ...medianFigure(name, unit, rounds), least: Math.min(...rounds), ...(goal && { goal }) };
}

/**
 * How ours stands to theirs: from the least of all rounds, as what disturbs can only add time, and round by round, which
 * tells the spread.
 */
export function ratioFigure(name: string, ours: readonly number[], theirs: readonly number[], goal?: Goal): Figure {
  const rounds = paired(ours, theirs, (one, other) => one / other);
  const least = Math.min(...ours) / Math.min(...theirs);
  return { ...medianFigure(name, "", rounds), least, ...(goal && { goal }) };
}

/** What ours adds to a bare run over what theirs adds to it. */
export function addedFigure(
  name: string,
  [ours, theirs, bare]: readonly [readonly number[], readonly number[], readonly number[]],
  goal?: Goal,
): Figure {
  const added = (rounds: readonly number[]) => paired(rounds, bare, (attached, nothing) => attached - nothing);
  const leastAdded = (rounds: readonly number[]) => Math.min(...rounds) - Math.min(...bare);
  return {
    ...{ name, unit: "", value: median(added(ours)) / median(added(theirs)) },
    ...{ least: leastAdded(ours) / leastAdded(theirs), ...(goal && { goal }) },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("take the median: there are no values");
  return (low + high) / 2;
}

/** Round by round: what was measured in the same round was measured under the same load. */
export function paired(
  ours: readonly number[],
  theirs: readonly number[],
  compare: (ours: number, theirs: number) => number,
): number[] {
  return ours.map((value, round) => compare(value, theirs[round] ?? Number.NaN));
}

export function table(figures: readonly Figure[]): string {
  const head = ["figure", "least", "median", "unit", "range", "goal", ""];
  const rows = figures.map((figure) => [
    figure.name,
    figure.least === undefined ? "" : round(figure.least),
    round(figure.value),
    figure.unit,
    figure.rounds ? `${round(Math.min(...figure.rounds))} .. ${round(Math.max(...figure.rounds))}` : "",
    figure.goal ? ("atMost" in figure.goal ? `<= ${figure.goal.atMost}` : `>= ${figure.goal.atLeast}`) : "",
    verdict(figure),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The columns of plain numbers are lined up on the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 1 || column === 2 ? cell.padStart(width) : cell.padEnd(width);
}

function round(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  const digits = [100, 10, 2].findIndex((from) => Math.abs(value) >= from);
  return value.toFixed(digits < 0 ? 3 : digits);
}
