// In which order a table's rows are, and the words a person filters them by. Pure.

export interface Order<Name extends string> {
  readonly column: Name;
  readonly isDescending: boolean;
}

/** What a click on a heading makes of the order: the other way round, or by another column, numbers from the top. */
export function reordered<Name extends string>(order: Order<Name>, column: Name, isNumber: boolean): Order<Name> {
  return { column, isDescending: order.column === column ? !order.isDescending : isNumber };
}

export function sorted<Row, Name extends string>(
  rows: readonly Row[],
  { column, isDescending }: Order<Name>,
  valueIn: (row: Row, column: Name) => string | number,
): Row[] {
  const sign = isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: valueIn(row, column) }));
  keyed.sort((a, b) => sign * compare(a.value, b.value));
  return keyed.map(({ row }) => row);
}

/** Whether each word of the filter is part of one of the texts; case does not matter. */
export function matches(texts: readonly string[], filter: string): boolean {
  const whole = texts.join(" ").toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

const NATURAL = new Intl.Collator("en", { numeric: true });

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : NATURAL.compare(String(a), String(b));
}
