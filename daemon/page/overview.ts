// The top of the page: the verdict in words, the four numbers behind it, and the probes at the bottom that they hang on.

import type { RemovedRoute } from "../wire/change.js";
import type { HistorySnapshot, LookupsAnswer } from "../wire/snapshot.js";
import { find, findIn, setItems, setText } from "./element.js";
import { rate, share } from "./format.js";
import { RowList, textColumn } from "./row_list.js";
import { noRouteRate, verdictOf } from "./trouble.js";

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly tone: string;
}

export class Overview {
  readonly #section = find("verdict", HTMLElement);
  readonly #headline = find("headline", HTMLHeadingElement);
  readonly #news = find("news", HTMLParagraphElement);
  readonly #reasons = find("reasons", HTMLUListElement);
  readonly #tiles = find("tiles", HTMLDListElement);
  readonly #probesHint = find("probes-hint", HTMLParagraphElement);
  readonly #probes = new RowList(
    findIn(find("probes", HTMLTableElement), "tbody", HTMLTableSectionElement),
    [
      textColumn(({ probe }: Probe) => probe, { isHeading: true }),
      textColumn(({ backend }: Probe) => backend),
      textColumn(({ attached, isMissing }: Probe) =>
        attached ? "✓ attached" : isMissing ? "✕ missing" : "– not used",
      ),
      textColumn(({ reason }: Probe) => reason),
    ],
    ({ probe, backend }) => `${probe}\0${backend}`,
  );

  show(lookups: LookupsAnswer, history: HistorySnapshot | undefined, causes: readonly (RemovedRoute | null)[]): void {
    const { level, headline, news, reasons } = verdictOf(lookups, history, causes);
    this.#section.dataset["level"] = level;
    setText(this.#headline, headline);
    setText(this.#news, news);
    setItems(this.#reasons, "li", reasons);
    this.#fillTiles(tilesOf(lookups));
    setText(this.#probesHint, backendText(lookups));
    this.#probes.show(inOrder(lookups.probes), (line, { attached, isMissing }) => {
      line.dataset["tone"] = isMissing ? "bad" : attached ? "" : "faint";
    });
    document.title = `${{ good: "✓", notice: "!", bad: "✕" }[level]} ${headline} · tablesnoopd`;
  }

  #fillTiles(tiles: readonly Tile[]): void {
    while (this.#tiles.children.length < tiles.length) this.#tiles.append(makeTile());
    for (const [at, { name, value, unit, tone }] of tiles.entries()) {
      const tile = this.#tiles.children[at];
      if (!(tile instanceof HTMLElement)) continue;
      tile.dataset["tone"] = tone;
      setText(findIn(tile, "dt", HTMLElement), name);
      setText(findIn(tile, "b", HTMLElement), value);
      setText(findIn(tile, "span", HTMLElement), unit);
    }
  }
}

type Probe = LookupsAnswer["probes"][number];

function tilesOf({ netns, probes, countsNoRoute, backend, rateSeconds }: LookupsAnswer): Tile[] {
  const sum = (read: (one: (typeof netns)[number]) => number) => netns.reduce((total, one) => total + read(one), 0);
  const lost = sum(noRouteRate);
  const all = sum(({ lookupsPerSecond }) => lookupsPerSecond);
  const misses = sum(({ missesPerSecond }) => missesPerSecond);
  const rejects = sum(({ rejectsPerSecond }) => rejectsPerSecond);
  const missing = probes.filter(({ isMissing }) => isMissing).length;
  const attached = probes.filter(({ attached }) => attached).length;
  return [
    {
      name: "Packets without a route",
      value: countsNoRoute ? rate(lost) : "?",
      unit: `/s, ${share(lost, lost + sum(({ routedPerSecond }) => routedPerSecond))} of packets`,
      tone: lost > 0 ? "bad" : "",
    },
    { name: "Table misses", value: rate(misses), unit: `/s, ${share(misses, all)} of lookups`, tone: "" },
    {
      name: "Rejected",
      value: rate(rejects),
      unit: `/s, ${share(rejects, all)} of lookups`,
      tone: rejects > 0 ? "notice" : "",
    },
    {
      name: "Lookups",
      value: rate(all),
      unit: `/s, mean of ${Math.max(1, Math.round(rateSeconds))} s`,
      tone: "",
    },
    {
      name: "Probes",
      value: missing === 0 ? String(attached) : `${attached} of ${attached + missing}`,
      unit: ` attached, ${backend}`,
      tone: missing > 0 ? "bad" : "",
    },
  ];
}

function makeTile(): HTMLElement {
  const tile = document.createElement("div");
  const value = document.createElement("dd");
  value.append(document.createElement("b"), document.createElement("span"));
  tile.append(document.createElement("dt"), value);
  return tile;
}

function backendText({ backend, backendReason, unseen }: LookupsAnswer): string {
  const why = backendReason === "" ? "" : ` because the other was refused (${backendReason})`;
  const blind = unseen.map(({ kind, reason }) => ` No ${kind} are seen: ${reason}.`);
  return `Backend ${backend}${why}.${blind.join("")}`;
}

/** Missing ones first, unused ones last. */
function inOrder(probes: readonly Probe[]): Probe[] {
  const rank = ({ attached, isMissing }: Probe) => (isMissing ? 0 : attached ? 1 : 2);
  return [...probes].sort((a, b) => rank(a) - rank(b));
}
