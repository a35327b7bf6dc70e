// One chart of rates over the last ten minutes, a line per namespace, with a legend that tells the values at the pointer,
// or the last ones.

import uPlot from "uplot";
import { setText } from "./element.js";
import { clock, minute, rate, short } from "./format.js";
import { colour, colourOf, dashOf, makeSwatch, paintSwatch } from "./palette.js";

export interface Line {
  readonly name: string;
  /** In the palette. */
  readonly place: number;
  readonly values: readonly number[];
}

const SECONDS = 600;
const HEIGHT = 168;
const FONT = "11px system-ui, sans-serif";
/** Pointers of the charts move together. */
const SYNC = "time";

export class RateChart {
  readonly #box: HTMLElement;
  readonly #legend: HTMLElement;
  readonly #title: string;
  #plot: uPlot | undefined;
  #times: readonly number[] = [];
  #lines: readonly Line[] = [];
  #marks: readonly number[] = [];
  /** What the plot was made for; another one needs another plot. */
  #drawn = "";

  constructor(box: HTMLElement, legend: HTMLElement, title: string) {
    this.#box = box;
    this.#legend = legend;
    this.#title = title;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#rebuild());
  }

  /** `times` in seconds since 1970. */
  show(times: readonly number[], lines: readonly Line[]): void {
    this.#times = times;
    this.#lines = lines;
    const drawn = JSON.stringify(lines.map(({ name, place }) => [name, place]));
    if (drawn === this.#drawn) this.#plot?.setData(this.#data());
    else this.#rebuild();
    this.#drawn = drawn;
    this.#fillLegend();
    this.#box.setAttribute("aria-label", this.#description());
  }

  /** Moments at which a route changed, in seconds since 1970. */
  mark(times: readonly number[]): void {
    const marks = [...new Set(times.map(Math.round))];
    if (marks.join() === this.#marks.join()) return;
    this.#marks = marks;
    this.#plot?.redraw(false);
  }

  #rebuild(): void {
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(), this.#data(), this.#box);
  }

  #data(): uPlot.AlignedData {
    return [[...this.#times], ...this.#lines.map(({ values }) => [...values])];
  }

  #size() {
    return { width: Math.max(200, this.#box.clientWidth), height: HEIGHT };
  }

  #options(): uPlot.Options {
    const axis = {
      stroke: colour("--faint"),
      font: FONT,
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
    };
    return {
      ...this.#size(),
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { range: (_, __, last) => [(last ?? 0) - SECONDS, last ?? 0] },
        y: { range: (_, __, most) => [0, most > 0 ? most * 1.15 : 1] },
      },
      axes: [
        { ...axis, size: 26, incrs: [60, 120, 300], values: (_, splits) => splits.map(minute) },
        { ...axis, size: 46, values: (_, splits) => splits.map(short) },
      ],
      series: [
        {},
        ...this.#lines.map(({ name, place }) => ({
          label: name,
          stroke: colourOf(place),
          width: 1.75,
          dash: dashOf(place),
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [() => this.#fillLegend()], drawAxes: [(plot) => this.#drawMarks(plot)] },
    };
  }

  /** Behind the lines. */
  #drawMarks({ ctx, bbox, scales, valToPos }: uPlot): void {
    const { min, max } = scales["x"] ?? {};
    if (min == null || max == null) return;
    ctx.save();
    ctx.strokeStyle = colour("--notice");
    ctx.globalAlpha = 0.6;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    for (const mark of this.#marks) {
      if (mark < min || mark > max) continue;
      const x = Math.round(valToPos(mark, "x", true));
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
    }
    ctx.stroke();
    ctx.restore();
  }

  #fillLegend(): void {
    const pointed = this.#plot?.cursor.idx;
    const at = pointed ?? this.#times.length - 1;
    while (this.#legend.children.length > this.#lines.length) this.#legend.lastElementChild?.remove();
    for (const [index, { name, place, values }] of this.#lines.entries()) {
      const item = this.#legend.children[index] ?? this.#legend.appendChild(makeItem());
      const [swatch, label, value] = item.children;
      paintSwatch(swatch ?? null, place);
      if (label !== undefined) setText(label, name);
      if (value !== undefined) setText(value, rate(values[at] ?? 0));
    }
    const time = pointed == null ? undefined : this.#times[pointed];
    this.#legend.dataset["time"] = time === undefined ? "" : clock(time);
  }

  #description(): string {
    if (this.#times.length === 0) return `${this.#title}: nothing yet`;
    const now = this.#lines.map(({ name, values }) => `${name} ${rate(values.at(-1) ?? 0)}`);
    return `${this.#title}, chart of the last ten minutes; now: ${now.join(", ")}`;
  }
}

function makeItem(): HTMLElement {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const value = document.createElement("span");
  value.className = "value";
  item.append(makeSwatch(), name, value);
  return item;
}
