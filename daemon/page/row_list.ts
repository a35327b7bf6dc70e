// The body of a table that is shown again and again: one <tr> for each key, kept as long as the key is there, and only the
// cells that changed touched.

import { setText } from "./element.js";

export interface Column<Row> {
  fill(cell: HTMLTableCellElement, row: Row): void;
  readonly isNumber?: boolean;
  /** Names the row, for screen readers. */
  readonly isHeading?: boolean;
}

export function textColumn<Row>(
  text: (row: Row) => string,
  options: Pick<Column<Row>, "isNumber" | "isHeading"> = {},
): Column<Row> {
  return { ...options, fill: (cell, row) => setText(cell, text(row)) };
}

export class RowList<Row> {
  readonly #body: HTMLTableSectionElement;
  readonly #columns: readonly Column<Row>[];
  readonly #keyOf: (row: Row) => string;
  #shown = new Map<string, HTMLTableRowElement>();

  constructor(body: HTMLTableSectionElement, columns: readonly Column<Row>[], keyOf: (row: Row) => string) {
    this.#body = body;
    this.#columns = columns;
    this.#keyOf = keyOf;
  }

  /** `rows` in their order; keys must differ. */
  show(rows: readonly Row[], decorate: (line: HTMLTableRowElement, row: Row) => void = () => undefined): void {
    const shown = new Map<string, HTMLTableRowElement>();
    let after: Element | null = null;
    for (const row of rows) {
      const key = this.#keyOf(row);
      const line = this.#shown.get(key) ?? this.#makeLine();
      shown.set(key, line);
      for (const [at, column] of this.#columns.entries()) {
        const cell = line.cells[at];
        if (cell !== undefined) column.fill(cell, row);
      }
      decorate(line, row);
      const before: Element | null = after === null ? this.#body.firstElementChild : after.nextElementSibling;
      if (before !== line) this.#body.insertBefore(line, before);
      after = line;
    }
    for (const [key, line] of this.#shown) {
      if (!shown.has(key)) line.remove();
    }
    this.#shown = shown;
  }

  #makeLine(): HTMLTableRowElement {
    const line = document.createElement("tr");
    for (const { isNumber, isHeading } of this.#columns) {
      const cell = document.createElement(isHeading ? "th" : "td");
      if (isHeading) cell.scope = "row";
      if (isNumber) cell.className = "number";
      line.append(cell);
    }
    return line;
  }
}
