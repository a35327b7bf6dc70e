// What a metric is, and one line of it.

export interface MetricSpec {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly labels: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

/** The label sets of a metric, by the names in its `labels`. */
export type LabelsOf<Spec extends MetricSpec> = Readonly<Record<Spec["labels"][number], string>>;

/** One line of the exposition. A label set that stays the same object is formatted only once. */
export interface Sample<L extends Labels = Labels> {
  readonly labels: L;
  readonly value: number;
}

/** The same text for the same values of these labels. */
export function idOf<L extends Labels>(labels: L, names: readonly (keyof L & string)[]): string {
  let id = "";
  for (const name of names) id += `${labels[name]}\0`;
  return id;
}
