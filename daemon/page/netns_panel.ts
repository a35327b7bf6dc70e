// Namespaces: where it happens, and which of them the charts draw. The page chooses the ones with the most to tell until
// somebody ticks a box.

import type { HistorySnapshot, LookupsAnswer, NetnsHistory, NetnsNow } from "../wire/snapshot.js";
import { find, findIn, setText } from "./element.js";
import { counted, rate } from "./format.js";
import { MOST_LINES, makeSwatch, Palette, paintSwatch } from "./palette.js";
import { type Line, RateChart } from "./rate_chart.js";
import { type Column, RowList, textColumn } from "./row_list.js";
import { noRouteRate, sinceText } from "./trouble.js";

/** Namespaces drawn before somebody chose. */
const CHOSEN_BY_PAGE = 5;
const MOST_ROWS = 100;

type FailedKind = "failures" | "misses" | "rejects";

export class NetnsPanel {
  readonly #palette = new Palette();
  readonly #noRoute = chart("no-route", "Packets without a route per second");
  readonly #failed = chart("failed", "Failed lookups per second");
  readonly #lookups = chart("lookups", "Lookups per second");
  readonly #kind = find("failed-kind", HTMLSelectElement);
  readonly #auto = find("netns-auto", HTMLButtonElement);
  readonly #note = find("netns-note", HTMLParagraphElement);
  readonly #names = find("netns-names", HTMLDataListElement);
  readonly #rows: RowList<NetnsNow>;
  #chosen: string[] | undefined;
  #history: HistorySnapshot = { times: [], netns: [], netnsOmitted: 0, troubles: [] };
  #answer: LookupsAnswer | undefined;

  constructor() {
    const body = findIn(find("netns", HTMLTableElement), "tbody", HTMLTableSectionElement);
    this.#rows = new RowList(body, this.#columns(), ({ netns }) => netns);
    this.#kind.addEventListener("change", () => this.#draw());
    this.#auto.addEventListener("click", () => this.#choose(undefined));
  }

  showHistory(history: HistorySnapshot): void {
    this.#history = history;
    this.#draw();
    this.#fill();
  }

  /** Where a route changed, in seconds since 1970. */
  markChanges(times: readonly number[]): void {
    for (const chart of [this.#noRoute, this.#failed, this.#lookups]) chart.mark(times);
  }

  showLookups(answer: LookupsAnswer): void {
    this.#answer = answer;
    this.#fill();
  }

  #columns(): Column<NetnsNow>[] {
    return [
      { isHeading: true, fill: (cell, row) => this.#fillName(cell, row) },
      textColumn((row) => this.#noRouteText(row), { isNumber: true }),
      textColumn((row) => (noRouteRate(row) > 0 ? sinceText(this.#history, row.netns) : "")),
      textColumn(({ missesPerSecond }) => rate(missesPerSecond), { isNumber: true }),
      textColumn(({ rejectsPerSecond }) => rate(rejectsPerSecond), { isNumber: true }),
      textColumn(({ lookupsPerSecond }) => rate(lookupsPerSecond), { isNumber: true }),
    ];
  }

  #noRouteText(row: NetnsNow): string {
    return this.#answer?.countsNoRoute === false ? "not read" : rate(noRouteRate(row));
  }

  #fillName(cell: HTMLTableCellElement, { netns }: NetnsNow): void {
    if (cell.firstChild === null) cell.append(this.#makeName(netns));
    const box = findIn(cell, "input", HTMLInputElement);
    const place = this.#palette.place(netns);
    box.checked = place !== undefined;
    box.disabled = place === undefined && !this.#canDraw(netns);
    paintSwatch(cell.querySelector("svg"), place);
  }

  #makeName(netns: string): HTMLElement {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      const drawn = this.#drawn().map(({ netns }) => netns);
      this.#choose(box.checked ? [...drawn, netns] : drawn.filter((name) => name !== netns));
    });
    label.append(box, makeSwatch(), netns);
    return label;
  }

  #canDraw(netns: string): boolean {
    return this.#drawn().length < MOST_LINES && this.#history.netns.some((one) => one.netns === netns);
  }

  #choose(names: string[] | undefined): void {
    // Hidden with focus on it, the button would take the focus with it.
    if (names === undefined) findIn(document, "#netns input", HTMLInputElement).focus();
    this.#chosen = names;
    this.#auto.hidden = names === undefined;
    this.#draw();
    this.#fill();
  }

  #drawn(): readonly NetnsHistory[] {
    const { netns } = this.#history;
    const chosen = this.#chosen;
    return chosen === undefined ? netns.slice(0, CHOSEN_BY_PAGE) : netns.filter((one) => chosen.includes(one.netns));
  }

  #draw(): void {
    const drawn = this.#drawn();
    this.#palette.assign(drawn.map(({ netns }) => netns));
    const lines = (values: (history: NetnsHistory) => readonly number[]): Line[] =>
      drawn
        .map((history) => ({
          name: history.netns,
          place: this.#palette.place(history.netns) ?? 0,
          values: values(history),
        }))
        .sort((a, b) => a.place - b.place);
    const { times } = this.#history;
    const kind = failedKind(this.#kind.value);
    this.#noRoute.show(
      times,
      lines(({ noRoute }) => noRoute),
    );
    this.#failed.show(
      times,
      lines((history) => failed(history, kind)),
    );
    this.#lookups.show(
      times,
      lines(({ lookups }) => lookups),
    );
  }

  #fill(): void {
    if (this.#answer === undefined) return;
    const { netns, netnsOmitted } = this.#answer;
    this.#rows.show(netns.slice(0, MOST_ROWS), (line, row) => {
      line.dataset["tone"] = noRouteRate(row) > 0 ? "bad" : "";
    });
    const hidden = Math.max(0, netns.length - MOST_ROWS) + netnsOmitted;
    this.#note.hidden = hidden === 0;
    setText(this.#note, `${counted(hidden, "namespace")} with less to tell not shown.`);
    setOptions(this.#names, netns);
  }
}

function chart(id: string, title: string): RateChart {
  return new RateChart(find(`chart-${id}`, HTMLDivElement), find(`legend-${id}`, HTMLUListElement), title);
}

function failedKind(value: string): FailedKind {
  return value === "misses" || value === "rejects" ? value : "failures";
}

function failed({ misses, rejects }: NetnsHistory, kind: FailedKind): readonly number[] {
  if (kind === "misses") return misses;
  return kind === "rejects" ? rejects : misses.map((count, at) => count + (rejects[at] ?? 0));
}

function setOptions(list: HTMLDataListElement, netns: readonly NetnsNow[]): void {
  const names = netns.map(({ netns }) => netns).sort();
  if ([...list.options].map(({ value }) => value).join("\n") === names.join("\n")) return;
  list.replaceChildren(
    ...names.map((name) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    }),
  );
}
