// The table of netns × family × table × egress × result: sorted by any column, filtered by words, so many rows at most.

import type { LookupsAnswer, RowNow } from "../wire/snapshot.js";
import { find, findIn, setText } from "./element.js";
import { count, counted, rate } from "./format.js";
import { RowList, textColumn } from "./row_list.js";
import { matches, type Order, reordered, sorted } from "./sorting.js";

const MOST_ROWS = 250;

type Name = keyof RowNow;

interface Heading {
  readonly name: Name;
  readonly text: string;
  readonly show: (row: RowNow) => string;
  readonly isNumber: boolean;
}

const HEADINGS: readonly Heading[] = [
  { name: "netns", text: "Namespace", show: ({ netns }) => netns, isNumber: false },
  { name: "family", text: "Family", show: ({ family }) => family, isNumber: false },
  { name: "table", text: "Table", show: ({ table }) => table, isNumber: false },
  { name: "egress", text: "Egress", show: ({ egress }) => egress || "–", isNumber: false },
  { name: "result", text: "Result", show: ({ result }) => result, isNumber: false },
  {
    name: "lookupsPerSecond",
    text: "Lookups /s",
    show: ({ lookupsPerSecond }) => rate(lookupsPerSecond),
    isNumber: true,
  },
  { name: "lookups", text: "In all", show: ({ lookups }) => count(lookups), isNumber: true },
];

export class LookupsPanel {
  readonly #filter = find("lookups-filter", HTMLInputElement);
  readonly #failedOnly = find("lookups-failed", HTMLInputElement);
  readonly #note = find("lookups-note", HTMLParagraphElement);
  readonly #headings = new Map<Name, HTMLTableCellElement>();
  readonly #rows: RowList<RowNow>;
  #order: Order<Name> = { column: "lookupsPerSecond", isDescending: true };
  #answer: Pick<LookupsAnswer, "rows" | "rowsOmitted"> = { rows: [], rowsOmitted: 0 };

  constructor() {
    const table = find("lookups", HTMLTableElement);
    const line = findIn(table, "thead tr", HTMLTableRowElement);
    for (const heading of HEADINGS) line.append(this.#makeHeading(heading));
    const columns = HEADINGS.map(({ show, isNumber, name }) =>
      textColumn(show, { isNumber, isHeading: name === "netns" }),
    );
    this.#rows = new RowList(findIn(table, "tbody", HTMLTableSectionElement), columns, keyOf);
    this.#filter.addEventListener("input", () => this.#fill());
    this.#failedOnly.addEventListener("change", () => this.#fill());
  }

  show(answer: Pick<LookupsAnswer, "rows" | "rowsOmitted">): void {
    this.#answer = answer;
    this.#fill();
  }

  #makeHeading({ name, text, isNumber }: Heading): HTMLTableCellElement {
    const cell = document.createElement("th");
    cell.scope = "col";
    if (isNumber) cell.className = "number";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      this.#order = reordered(this.#order, name, isNumber);
      this.#fill();
    });
    cell.append(button);
    this.#headings.set(name, cell);
    return cell;
  }

  #fill(): void {
    for (const [name, cell] of this.#headings) {
      if (name !== this.#order.column) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", this.#order.isDescending ? "descending" : "ascending");
    }
    const { rows, rowsOmitted } = this.#answer;
    const matching = rows.filter((row) => this.#isWanted(row));
    const shown = sorted(matching, this.#order, (row, name) => row[name]).slice(0, MOST_ROWS);
    this.#rows.show(shown, (line, { result }) => {
      line.dataset["result"] = result;
    });
    setText(this.#note, noteText(rows.length, matching.length, shown.length, rowsOmitted));
  }

  #isWanted({ netns, family, table, egress, result }: RowNow): boolean {
    if (this.#failedOnly.checked && result === "found") return false;
    return matches([netns, family, table, egress, result], this.#filter.value.trim());
  }
}

function keyOf({ netns, family, table, egress, result }: RowNow): string {
  return `${netns}\0${family}\0${table}\0${egress}\0${result}`;
}

function noteText(all: number, matching: number, shown: number, omitted: number): string {
  const sentences = [
    matching === all ? `${counted(all, "row")}.` : `${count(matching)} of ${counted(all, "row")} match.`,
  ];
  if (shown < matching) sentences.push(`The first ${count(shown)} are shown; filter to see others.`);
  if (omitted > 0) sentences.push(`${counted(omitted, "quieter row")} not sent; the metrics have all.`);
  return sentences.join(" ");
}
