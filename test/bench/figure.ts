// One measured figure: its rounds, its goal, and how a list of them is shown.

type Goal = { readonly atMost: number } | { readonly atLeast: number };

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is the median of, if there were rounds. */
  readonly rounds?: readonly number[];
  readonly goal?: Goal;
}

export type Verdict = "met" | "missed" | "";

export function verdict({ value, goal }: Figure): Verdict {
  if (goal === undefined) return "";
  return ("atMost" in goal ? value <= goal.atMost : value >= goal.atLeast) ? "met" : "missed";
}

export function medianFigure(name: string, unit: string, rounds: readonly number[]): Figure {
  return { name, unit, rounds, value: median(rounds) };
}

export function median(values: readonly number[]): number {
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
  const head = ["figure", "median", "unit", "range", "goal", ""];
  const rows = figures.map((figure) => [
    figure.name,
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

/** Only the second column holds plain numbers, and those are lined up on the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 1 ? cell.padStart(width) : cell.padEnd(width);
}

function round(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}
