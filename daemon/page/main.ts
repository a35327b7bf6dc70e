// The page at /: asks the daemon and hands the answers to the panels. State of the connection.

import "./uplot_notice.js";
import type { ChangesAnswer, RemovedRoute } from "../wire/change.js";
import type { HistorySnapshot, LookupsAnswer } from "../wire/snapshot.js";
import { DestinationsPanel, type FailuresAnswer } from "./destinations_panel.js";
import { find, setText } from "./element.js";
import { clock } from "./format.js";
import { LivePanel } from "./live_panel.js";
import { LookupsPanel } from "./lookups_panel.js";
import { NetnsPanel } from "./netns_panel.js";
import { Overview } from "./overview.js";
import { poll } from "./poll.js";

const LOOKUPS_MS = 2000;
const HISTORY_MS = 5000;
const FAILURES_MS = 5000;
const CHANGES_MS = 5000;
/** In one second there may be very many, which are one mark. */
const CHANGES_ASKED = 500;

const content = find("content", HTMLElement);
const connection = find("connection", HTMLParagraphElement);
const overview = new Overview();
const netns = new NetnsPanel();
const lookups = new LookupsPanel();
const destinations = new DestinationsPanel();
const live = new LivePanel();

// Not every browser lets the keyboard into what scrolls.
for (const box of document.querySelectorAll<HTMLElement>(".scroll")) box.tabIndex = 0;

let history: HistorySnapshot | undefined;
let causes: readonly (RemovedRoute | null)[] = [];
let answeredAt: number | undefined;

poll<HistorySnapshot>("api/history", HISTORY_MS, {
  answer: (answer) => {
    history = answer;
    content.hidden = false;
    netns.showHistory(answer);
  },
  failed: () => undefined,
});
poll<LookupsAnswer>("api/lookups", LOOKUPS_MS, {
  answer: (answer) => {
    answeredAt = Date.now() / 1000;
    content.hidden = false;
    overview.show(answer, history, causes);
    netns.showLookups(answer);
    lookups.show(answer);
    live.setEnabled(answer.hasStream, answer.netnsShown);
    const isNewer = answer.version !== document.body.dataset["version"];
    setConnection("live", isNewer ? `Now version ${answer.version}: reload this page` : "Live");
  },
  failed: (status) => {
    const last = answeredAt === undefined ? "" : `; what is shown is of ${clock(answeredAt)}`;
    const trouble = status === undefined ? "No answer from the daemon" : `The daemon answered ${status}`;
    setConnection("lost", `${trouble}${last}. Trying again.`);
  },
});
poll<FailuresAnswer>("api/failures", FAILURES_MS, {
  answer: (answer) => {
    causes = answer.destinations.map(({ cause }) => cause);
    destinations.show(answer);
  },
  failed: () => {
    causes = [];
    destinations.unavailable();
  },
});
poll<ChangesAnswer>(`api/changes?limit=${CHANGES_ASKED}`, CHANGES_MS, {
  answer: ({ changes }) => netns.markChanges(changes.map(({ time }) => Date.parse(time) / 1000)),
  failed: () => netns.markChanges([]),
});

function setConnection(state: "live" | "lost", text: string): void {
  document.body.dataset["connection"] = state;
  setText(connection, text);
}
