// The last failed lookups as they happen, newest first: filter, pause, and what was lost on the way.

import { find, findIn, setText } from "./element.js";
import { clock, count, counted } from "./format.js";
import type { FailedLookup } from "./json_lines.js";
import { LiveStream, type NumberedLine, type Seen } from "./live_stream.js";
import { RowList, textColumn } from "./row_list.js";

const FIELDS = ["netns", "family", "table", "dst"] as const;

interface LiveRow {
  readonly number: number;
  readonly lookup: FailedLookup;
}

export class LivePanel {
  readonly #on = find("live-on", HTMLDivElement);
  readonly #off = find("live-off", HTMLDivElement);
  readonly #form = find("live-filter", HTMLFormElement);
  readonly #netns = find("live-netns", HTMLInputElement);
  readonly #hidesLocal = find("live-local", HTMLInputElement);
  readonly #pause = find("live-pause", HTMLButtonElement);
  readonly #problem = find("live-problem", HTMLParagraphElement);
  readonly #note = find("live-note", HTMLParagraphElement);
  readonly #rows: RowList<LiveRow>;
  readonly #stream = new LiveStream({
    lines: (newest, seen) => this.#show(newest, seen),
    refused: (text) => this.#refused(text),
    broken: () => setText(this.#note, "The stream broke; it is opened again."),
    opened: () => setText(this.#note, "Listening. Nothing has failed yet."),
  });
  /** Undefined before the daemon said. */
  #isEnabled: boolean | undefined;
  #isPaused = false;

  constructor() {
    const body = findIn(find("live", HTMLTableElement), "tbody", HTMLTableSectionElement);
    this.#rows = new RowList(body, COLUMNS, ({ number }) => String(number));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#open();
    });
    find("live-family", HTMLSelectElement).addEventListener("change", () => this.#open());
    this.#hidesLocal.addEventListener("change", () => this.#open());
    this.#pause.addEventListener("click", () => this.#setPaused(!this.#isPaused));
    // A page that nobody sees must not make the kernel send.
    document.addEventListener("visibilitychange", () => {
      if (this.#isEnabled !== true || this.#isPaused) return;
      if (document.hidden) this.#stream.close();
      else this.#open();
    });
  }

  /** Of several namespaces that are shown one must be listened to: the first, until another one is asked for. */
  setEnabled(isEnabled: boolean, netnsShown: readonly string[]): void {
    if (isEnabled === this.#isEnabled) return;
    const [first = "", ...others] = netnsShown;
    if (others.length > 0 && this.#netns.value === "") this.#netns.value = first;
    this.#isEnabled = isEnabled;
    this.#on.hidden = !isEnabled;
    this.#off.hidden = isEnabled;
    this.#pause.hidden = !isEnabled;
    if (isEnabled) this.#open();
    else this.#stream.close();
  }

  #open(): void {
    this.#setProblem("");
    if (this.#isPaused) return;
    this.#rows.show([]);
    setText(this.#note, "Opening the stream …");
    const filter = new URLSearchParams();
    const given = new FormData(this.#form);
    for (const field of FIELDS) {
      const value = given.get(field);
      if (typeof value === "string" && value.trim() !== "") filter.set(field, value.trim());
    }
    this.#stream.hidesLocalMisses = this.#hidesLocal.checked;
    this.#stream.open(filter);
  }

  #setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#pause.setAttribute("aria-pressed", String(isPaused));
    setText(this.#pause, isPaused ? "Resume" : "Pause");
    if (isPaused) {
      this.#stream.close();
      setText(this.#note, "Paused: nothing is read, and the kernel sends nothing for this page.");
    } else {
      this.#open();
    }
  }

  #show(newest: readonly NumberedLine[], seen: Seen): void {
    const rows = newest.map(({ number, text }): LiveRow => ({ number, lookup: JSON.parse(text) }));
    this.#rows.show(rows.reverse(), (line, { lookup }) => {
      line.dataset["result"] = lookup.result;
    });
    setText(this.#note, noteText(newest.length, seen, this.#hidesLocal.checked));
  }

  #refused(text: string): void {
    setText(this.#note, "Not listening.");
    this.#setProblem(text);
  }

  /** The daemon's words begin with the parameter that is wrong. */
  #setProblem(text: string): void {
    const [parameter] = text.split(":", 1);
    for (const field of FIELDS) {
      const input = this.#form.elements.namedItem(field);
      if (!(input instanceof HTMLElement)) continue;
      if (field === parameter) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    this.#problem.hidden = text === "";
    setText(this.#problem, text);
  }
}

const COLUMNS = [
  textColumn(({ lookup }: LiveRow) => time(lookup.time)),
  textColumn(({ lookup }: LiveRow) => lookup.dst, { isHeading: true }),
  textColumn(({ lookup }: LiveRow) => lookup.result),
  textColumn(({ lookup }: LiveRow) => lookup.netns.name ?? String(lookup.netns.inode ?? "unknown")),
  textColumn(({ lookup }: LiveRow) => tableText(lookup)),
  textColumn(({ lookup }: LiveRow) => lookup.src),
  textColumn(({ lookup }: LiveRow) => lookup.iif ?? "–"),
  textColumn(({ lookup }: LiveRow) => lookup.kind),
];

/** To the millisecond. */
function time(stamp: string): string {
  const milliseconds = Date.parse(stamp);
  return `${clock(Math.floor(milliseconds / 1000))}.${String(milliseconds % 1000).padStart(3, "0")}`;
}

function tableText({ table }: FailedLookup): string {
  return table === null ? "" : (table.name ?? String(table.id));
}

function noteText(shown: number, { lines, dropped, localMisses }: Seen, hidesLocal: boolean): string {
  const last = shown > 0 ? `, the last ${shown} shown` : "";
  const sentences = [`${counted(lines, "failed lookup")} since the stream was opened${last}.`];
  if (hidesLocal && localMisses > 0) sentences.push(`Hidden: ${count(localMisses)} in local.`);
  if (dropped > 0)
    sentences.push(`${counted(dropped, "line")} lost on the way: too many for the daemon or this browser.`);
  return sentences.join(" ");
}
