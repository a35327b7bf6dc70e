// Which line in the charts is whose: a colour and a dash for each namespace that is drawn, kept while it is drawn.

/** Places in the palette, as --line-0 ... in page.css. */
export const MOST_LINES = 8;

/** In pixels; two lines that differ in colour only would be one to some eyes. */
const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [4, 2],
  [12, 4],
  [1, 3],
  [6, 2, 1, 2, 1, 2],
];

export class Palette {
  readonly #places = new Map<string, number>();

  /** Gives each of the names a place, and takes it from all others. At most MOST_LINES. */
  assign(names: readonly string[]): void {
    for (const name of this.#places.keys()) {
      if (!names.includes(name)) this.#places.delete(name);
    }
    const free = DASHES.map((_, place) => place).filter((place) => ![...this.#places.values()].includes(place));
    for (const name of names) {
      if (this.#places.has(name)) continue;
      const place = free.shift();
      if (place !== undefined) this.#places.set(name, place);
    }
  }

  /** Undefined for one that is not drawn. */
  place(name: string): number | undefined {
    return this.#places.get(name);
  }
}

export function dashOf(place: number): number[] {
  return [...(DASHES[place] ?? [])];
}

/** As the theme has it now. */
export function colourOf(place: number): string {
  return colour(`--line-${place}`);
}

export function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

/** A short piece of the line. */
export function makeSwatch(): SVGSVGElement {
  const swatch = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ class: "swatch", viewBox: "0 0 24 8", "aria-hidden": "true" })) {
    swatch.setAttribute(name, value);
  }
  for (const [name, value] of Object.entries({ x1: "0", y1: "4", x2: "24", y2: "4" })) line.setAttribute(name, value);
  swatch.append(line);
  return swatch;
}

export function paintSwatch(swatch: Element | null, place: number | undefined): void {
  const line = swatch?.firstElementChild;
  line?.setAttribute("class", place === undefined ? "none" : `line-${place}`);
  line?.setAttribute("stroke-dasharray", place === undefined ? "" : dashOf(place).join(" "));
}

const SVG = "http://www.w3.org/2000/svg";
