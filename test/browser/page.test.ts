// The page at / as people see it: a real daemon, a real browser, a namespace that looks up destinations without a route.

import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HistorySnapshot, LookupsAnswer, RowNow } from "../../daemon/wire/snapshot.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { createLine, createPair, type Pair } from "../support/networks/topology.js";
import { startDaemonIn } from "../support/processes/daemon_in_netns.js";
import { type DaemonProcess, startDaemon } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { startTraffic } from "../support/traffic/steady.js";
import { value } from "../support/truth/scrape.js";
import { skipFor, Unavailable } from "../support/unavailable.js";
import { waitUntil } from "../support/wait_until.js";
import { columnTexts, startBrowser, type Visit, visit } from "./browser.js";
import { startProxy } from "./proxy.js";

const SCREENSHOTS = projectPath("test-output");
/** A poll, a point of the history and a busy machine. */
const SOON = { timeoutMs: 20_000, intervalMs: 100 };
/** What is sampled waits besides until no other test floods: then few failures are taken, of all that there are. */
const SAMPLED = { ...SOON, timeoutMs: 60_000 };

interface Stage {
  readonly browser: Browser;
  readonly daemon: DaemonProcess;
  readonly pair: Pair;
  /** Its name would be markup. */
  readonly odd: Netns;
  readonly traffic: AsyncDisposable;
}

let stage: Stage | Unavailable = new Unavailable("the stage was not set", false);

beforeAll(async () => {
  stage = await setStage().catch((error: unknown) => {
    if (error instanceof Unavailable) return error;
    throw error;
  });
});

beforeEach((context) => {
  if (stage instanceof Unavailable) skipFor(stage, context);
});

afterAll(async () => {
  if (stage instanceof Unavailable) return;
  const { browser, daemon, pair, odd, traffic } = stage;
  await browser.close();
  await traffic[Symbol.asyncDispose]();
  await daemon.stop();
  await pair.remove();
  await odd.remove();
});

async function setStage(): Promise<Stage> {
  if (process.getuid?.() !== 0) throw new Unavailable("probes and network namespaces need root", false);
  mkdirSync(SCREENSHOTS, { recursive: true });
  const browser = await startBrowser();
  const pair = await createPair();
  const odd = await createNetns("<img src=x>");
  const daemon = await startDaemon(["--web.enable-stream", ...shown(pair, odd)]);
  const { nowhere, peer } = pair.address;
  const busy = startTraffic(pair.host, [nowhere.ipv4, nowhere.ipv6, peer.ipv4]);
  const quiet = startTraffic(odd, [nowhere.ipv4]);
  const traffic = {
    [Symbol.asyncDispose]: async () => {
      await busy[Symbol.asyncDispose]();
      await quiet[Symbol.asyncDispose]();
    },
  };
  return { browser, daemon, pair, odd, traffic };
}

function staged(): Stage {
  if (stage instanceof Unavailable) throw stage;
  return stage;
}

/**
 * Namespaces of other tests may have more than the page shows at once: destinations that fail, rows of a table.
 */
function shown({ host, peer }: Pair, odd: Netns): string[] {
  return [host, peer, odd].map(({ name }) => `--netns=${name}`);
}

function open(url = staged().daemon.url, options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  return visit(staged().browser, `${url}/`, options);
}

async function listenOnlyTo(page: Page, netns: Netns): Promise<void> {
  await page.locator("#live-filter").getByLabel("Namespace").fill(netns.name);
  await page.getByRole("button", { name: "Apply" }).click();
  await rowOf(page, "#live", netns.name).waitFor();
}

async function historyOf({ url }: { readonly url: string }): Promise<HistorySnapshot> {
  const response = await fetch(`${url}/api/history`);
  return (await response.json()) as HistorySnapshot;
}

function rowOf(page: Page, table: string, text: string) {
  return page.locator(`${table} tbody tr`, { hasText: text }).first();
}

describe("the page shows", () => {
  test("the failing namespace: in the verdict, the table and the charts' legends", async () => {
    const { pair } = staged();
    await using opened = await open();
    const { page } = opened;
    const row = rowOf(page, "#netns", pair.host.name);
    await waitUntil("the namespace has packets without a route", async () => Number(await cell(row, 2)) > 5, SOON);
    await waitUntil("the verdict is bad", async () => (await level(page)) === "bad", SOON);
    expect(await page.locator("#headline").innerText()).toMatch(/packets\/s find no route in/);
    expect(await page.locator("#reasons").innerText()).toMatch(
      new RegExp(`${pair.host.name}: .*/s IPv4 sent from here.*; since `),
    );
    expect(await page.title()).toMatch(/^✕ .* packets\/s find no route/);
    for (const chart of ["no-route", "failed", "lookups"]) {
      const item = page.locator(`#legend-${chart} li`, { hasText: pair.host.name });
      await waitUntil("the legend has a value", async () => Number(await item.locator(".value").innerText()) > 0, SOON);
      expect(await page.locator(`#chart-${chart}`).getAttribute("aria-label")).toContain(pair.host.name);
      expect(await page.locator(`#chart-${chart} canvas`).count()).toBe(1);
    }
  });

  test("the failing table, apart from a table miss that is none of the kernel's last words", async () => {
    const { pair } = staged();
    await using opened = await open();
    await opened.page.locator("#lookups-filter").fill(`${pair.host.name} ipv4 no_route`);
    await waitUntil(
      "the table is there",
      async () => (await columnTexts(opened.page, "#lookups", 3)).includes("main"),
      SOON,
    );
    const tiles = opened.page.locator("#tiles");
    expect(await tiles.innerText()).toMatch(
      /Packets without a route[\s\S]*Table misses[\s\S]*Rejected[\s\S]*Lookups[\s\S]*Probes/,
    );
  });

  test("the destinations that fail most, with their addresses", async () => {
    const { pair } = staged();
    await using opened = await open();
    const { page } = opened;
    const row = page.locator("#destinations tbody tr", { hasText: pair.host.name }).first();
    await waitUntil("the destination is there", async () => (await row.count()) > 0, SAMPLED);
    const { nowhere } = pair.address;
    expect(await row.innerText()).toMatch(new RegExp(`^(${nowhere.ipv4}|${nowhere.ipv6})\\s`));
    expect(await row.innerText()).toMatch(/main\s+no_route/);
    expect(await page.locator("#destinations-hint").innerText()).toContain("Memory is bounded");
  });

  test("the last failed lookups live, of the first namespace until another is asked for", async () => {
    const { pair, odd } = staged();
    await using opened = await open();
    const asked = opened.page.locator("#live-filter").getByLabel("Namespace");
    await rowOf(opened.page, "#live", pair.host.name).waitFor();
    expect(await asked.inputValue()).toBe(pair.host.name);
    await listenOnlyTo(opened.page, odd);
    await listenOnlyTo(opened.page, pair.host);
    const row = rowOf(opened.page, "#live", pair.host.name);
    expect(await row.innerText()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}\s/);
    expect(await row.innerText()).toContain("no_route");
  });

  test("the probes and their backend", async () => {
    await using opened = await open();
    const { page } = opened;
    await waitUntil("probes are listed", async () => (await page.locator("#probes tbody tr").count()) > 2, SOON);
    expect(await page.locator("#probes").innerText()).toMatch(
      /fib6_table_lookup\s+(tracepoint|trampoline)\s+✓ attached/,
    );
    expect(await page.locator("#probes-hint").innerText()).toMatch(/^Backend (tracepoint|trampoline)/);
  });

  test("names as text, whatever they are", async () => {
    const { odd } = staged();
    await using opened = await open();
    const { page } = opened;
    await waitUntil(
      "the odd name is in the table",
      async () => (await rowOf(page, "#netns", odd.name).count()) > 0,
      SOON,
    );
    await waitUntil(
      "and in a legend",
      async () => (await page.locator("#legend-lookups").innerText()).includes(odd.name),
      SOON,
    );
    expect(await page.locator("img").count()).toBe(0);
  });
});

describe("the page can be worked with", () => {
  test("a table is sorted by its headings, by mouse and by keyboard, and says so", async () => {
    await using opened = await open();
    const { page } = opened;
    const heading = (name: string) => page.locator("#lookups th", { hasText: name });
    await waitUntil("rows are there", async () => (await page.locator("#lookups tbody tr").count()) > 3, SOON);
    expect(await heading("Lookups /s").getAttribute("aria-sort")).toBe("descending");

    await heading("In all").getByRole("button").click();
    expect(await heading("In all").getAttribute("aria-sort")).toBe("descending");
    expect(await heading("Lookups /s").getAttribute("aria-sort")).toBeNull();
    const totals = (await columnTexts(page, "#lookups", 7)).map((text) => Number(text.replaceAll(",", "")));
    expect(totals).toEqual([...totals].sort((a, b) => b - a));

    await heading("Family").getByRole("button").focus();
    await page.keyboard.press("Enter");
    expect(await heading("Family").getAttribute("aria-sort")).toBe("ascending");
    const families = await columnTexts(page, "#lookups", 2);
    expect(new Set(families)).toEqual(new Set(["ipv4", "ipv6"]));
    expect(families).toEqual([...families].sort());
    await page.keyboard.press("Space");
    expect(await heading("Family").getAttribute("aria-sort")).toBe("descending");
    expect(await columnTexts(page, "#lookups", 2)).toEqual([...families].sort().reverse());
  });

  test("a filter leaves the rows that match, also at the next poll", async () => {
    const { pair } = staged();
    await using opened = await open();
    const { page } = opened;
    const filter = page.getByRole("searchbox", { name: "Filter" });
    await filter.fill(`${pair.host.name} ipv6`);
    await page.getByRole("checkbox", { name: "Failed only" }).check();
    const isFiltered = async () => {
      const [names, families, results] = await Promise.all(
        [1, 2, 5].map((column) => columnTexts(page, "#lookups", column)),
      );
      expect(new Set(names)).toEqual(new Set([pair.host.name]));
      expect(new Set(families)).toEqual(new Set(["ipv6"]));
      expect(results).not.toContain("found");
      expect(await page.locator("#lookups-note").innerText()).toMatch(/^\d+ of \d+ rows match\.$/);
      return true;
    };
    await waitUntil("the table is filtered", isFiltered, SOON);
    await page.waitForResponse(/api\/lookups/);
    await isFiltered();
    await filter.fill("no such thing");
    expect(await page.locator("#lookups tbody tr").count()).toBe(0);
  });

  test("a filter of the live lines is the daemon's own, and a bad one shows its words", async () => {
    const { pair } = staged();
    const { nowhere } = pair.address;
    await using opened = await open();
    const { page } = opened;
    const destination = page.getByRole("textbox", { name: "Destination" });
    await destination.fill("10.0.0.0/33");
    await page.keyboard.press("Enter");
    const problem = page.getByRole("alert");
    await problem.waitFor();
    expect(await problem.innerText()).toBe(
      'dst: "10.0.0.0/33" is not an address or a prefix such as 10.0.0.0/8 or fd00::/8.',
    );
    expect(await destination.getAttribute("aria-invalid")).toBe("true");

    await destination.fill(`${nowhere.ipv6}/128`);
    await page.locator("#live-filter").getByLabel("Namespace").fill(pair.host.name);
    await page.getByRole("button", { name: "Apply" }).click();
    await page.locator("#live tbody tr").first().waitFor();
    expect(await problem.count()).toBe(0);
    expect(new Set(await columnTexts(page, "#live", 2))).toEqual(new Set([nowhere.ipv6]));
    expect(new Set(await columnTexts(page, "#live", 4))).toEqual(new Set([pair.host.name]));
  });

  test("the live lines pause by keyboard, and the kernel sends nothing meanwhile", async () => {
    const { daemon, pair } = staged();
    await using opened = await open();
    const { page } = opened;
    await listenOnlyTo(page, pair.host);
    const listeners = async () => value(await daemon.scrape(), "tablesnoop_stream_listeners", {});
    await waitUntil("the page listens", async () => (await listeners()) === 1, SOON);
    await page.getByRole("button", { name: "Pause" }).focus();
    await page.keyboard.press("Space");
    const resume = page.getByRole("button", { name: "Resume" });
    expect(await resume.getAttribute("aria-pressed")).toBe("true");
    await waitUntil("nobody listens", async () => (await listeners()) === 0, SOON);
    const frozen = await columnTexts(page, "#live", 1);
    await page.waitForResponse(/api\/lookups/);
    expect(await columnTexts(page, "#live", 1)).toEqual(frozen);
    await page.keyboard.press("Space");
    await waitUntil("lines come again", async () => (await columnTexts(page, "#live", 1))[0] !== frozen[0], SOON);
  });

  test("a namespace can be taken out of the charts, and the page be left to choose again", async () => {
    const { pair } = staged();
    await using opened = await open();
    const { page } = opened;
    const box = page.getByRole("checkbox", { name: pair.host.name });
    const drawn = async () => (await page.locator("#legend-lookups").innerText()).includes(pair.host.name);
    await waitUntil("it is drawn", drawn, SOON);
    await box.focus();
    await page.keyboard.press("Space");
    expect(await drawn()).toBe(false);
    await page.waitForResponse(/api\/history/);
    expect([await drawn(), await box.isChecked()]).toEqual([false, false]);
    await page.getByRole("button", { name: "Let the page choose" }).click();
    expect([await drawn(), await box.isChecked()]).toEqual([true, true]);
  });

  test("everything that can be operated is reached by the tab key", async () => {
    await using opened = await open();
    const { page } = opened;
    await page.locator("#live tbody tr").first().waitFor();
    const seen = new Set<string>();
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press("Tab");
      const focused =
        "(document.activeElement.id || document.activeElement.name || document.activeElement.textContent).trim()";
      seen.add(String(await page.evaluate(focused)));
    }
    for (const control of ["failed-kind", "Namespace", "In all", "lookups-filter", "lookups-failed", "live-pause"]) {
      expect(seen).toContain(control);
    }
    for (const control of ["live-netns", "live-family", "table", "dst", "live-local", "Apply", "Metrics"]) {
      expect(seen).toContain(control);
    }
  });

  test("ten thousand rows are filtered and sorted at once, so many shown, and the rest told of", async () => {
    const { daemon } = staged();
    const real = (await (await fetch(`${daemon.url}/api/lookups`)).json()) as LookupsAnswer;
    const rows = Array.from({ length: 10_000 }, (_, at): RowNow => {
      const row = { netns: `n${at % 100}`, family: "ipv4", table: String(at), egress: "eth0", result: "found" };
      return { ...row, lookups: at, lookupsPerSecond: at / 10 };
    });
    await using opened = await visit(staged().browser, "about:blank");
    const { page } = opened;
    await page.route("**/api/lookups", (route) => route.fulfill({ json: { ...real, rows, rowsOmitted: 7 } }));
    await page.goto(`${daemon.url}/`);
    await page.locator("#lookups-note", { hasText: "10,000 rows" }).waitFor();
    expect(await page.locator("#lookups-note").innerText()).toBe(
      "10,000 rows. The first 250 are shown; filter to see others. 7 quieter rows not sent; the metrics have all.",
    );
    expect(await page.locator("#lookups tbody tr").count()).toBe(250);
    const took = await page.evaluate(`(() => {
      const filter = document.getElementById("lookups-filter");
      const begin = performance.now();
      for (const text of ["n", "n4", "n42", "n42 found"]) {
        filter.value = text;
        filter.dispatchEvent(new Event("input"));
      }
      document.querySelector("#lookups th button").click();
      return performance.now() - begin;
    })()`);
    expect(await page.locator("#lookups tbody tr").count()).toBe(100);
    expect(Number(took)).toBeLessThan(2000);
  });
});

describe("the page is a good guest", () => {
  test("it asks no other host, breaks no policy, and the console stays clean, in either theme and on a phone", async () => {
    const { daemon, pair } = staged();
    for (const [name, options] of [
      ["light", { colorScheme: "light" }],
      ["dark", { colorScheme: "dark" }],
      ["phone", { colorScheme: "light", viewport: { width: 360, height: 780 }, hasTouch: true }],
    ] as const) {
      await using opened = await open(daemon.url, options);
      const { page, hosts } = opened;
      await listenOnlyTo(page, pair.host);
      await page.locator("#legend-lookups li").first().waitFor();
      await page.waitForResponse(/api\/history/);
      await page.screenshot({ path: `${SCREENSHOTS}/page-${name}.png`, fullPage: true });
      expect([...hosts]).toEqual([new URL(daemon.url).host]);
      expect(opened.complaints).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    }
  });

  test("it works below a path of a reverse proxy", async () => {
    const { daemon, pair } = staged();
    await using proxy = await startProxy(daemon.url, "/router1/");
    await using opened = await visit(staged().browser, proxy.url);
    const { page } = opened;
    await listenOnlyTo(page, pair.host);
    await rowOf(page, "#lookups", pair.host.name).waitFor();
    expect(await page.getByRole("link", { name: "Metrics" }).getAttribute("href")).toBe("metrics");
    expect([...opened.hosts]).toEqual([new URL(proxy.url).host]);
  });

  test("without scripts it says what this is and where the numbers are", async () => {
    await using opened = await open(staged().daemon.url, { javaScriptEnabled: false });
    const text = await opened.page.locator("body").innerText();
    expect(text).toMatch(/tablesnoopd \d+\.\d+\.\d+/);
    expect(text).toContain("needs JavaScript");
    expect(text).not.toContain("Asking the daemon");
    await opened.page.getByRole("link", { name: "Metrics" }).click();
    expect(await opened.page.locator("body").innerText()).toContain("tablesnoop_route_lookups_total{");
  });
});

test("where a neighbour does not answer, the verdict says so, and since when; and recovers", {
  timeout: 180_000,
}, async (context) => {
  await using line = await createLine();
  const absent = line.address.b.ipv4.replace(/\d+$/, "77");
  await using daemon = await startDaemon([`--netns=${line.r.name}`]);
  const counted = await daemon.scrape();
  const sees = (probe: string) => counted.some(({ labels, value }) => labels["probe"] === probe && value === 1);
  if (!sees("neigh_timer_handler")) context.skip("this kernel does not tell of neighbours");
  await using opened = await open(daemon.url);
  const { page } = opened;
  await page.locator("#headline", { hasText: "Every packet finds a route" }).waitFor();
  const headline = `Neighbours on r-b in ${line.r.name} do not answer`;
  // What is there in the first point may have begun before it.
  await waitUntil("the history has a point", async () => (await historyOf(daemon)).times.length > 0, SOON);
  {
    // From the host behind the router, to one beside the other host that is not there.
    await using _traffic = startTraffic(line.a, [absent, line.address.b.ipv4]);
    await page.locator("#headline", { hasText: headline }).waitFor({ timeout: SOON.timeoutMs });
    const reason = new RegExp(
      `${line.r.name}: [\\d.]+ IPv4 neighbours/s on r-b do not answer; since \\d\\d:\\d\\d:\\d\\d\\.`,
    );
    await waitUntil("since when", async () => reason.test(await page.locator("#reasons").innerText()), {
      ...SOON,
      timeoutMs: 60_000,
    });
    expect(["notice", "bad"]).toContain(await level(page));
    expect(await page.title()).toContain(headline);
    expect(await page.locator("#tiles").innerText()).toMatch(/Packets without a route\s+0\/s, 0 % of packets/);
    await page.screenshot({ path: `${SCREENSHOTS}/page-neighbour.png` });
    expect(opened.complaints).toEqual([]);
  }
  await waitUntil("the verdict is good again", async () => (await level(page)) === "good", {
    ...SOON,
    timeoutMs: 60_000,
  });
});

test("where a route was removed, the verdict names it and the table of destinations too", {
  timeout: 180_000,
}, async () => {
  await using line = await createLine();
  const { a, r, b, address } = line;
  const [prefix, beyond] = ["198.51.100.0/24", "198.51.100.9"];
  await b.ip(`addr add ${beyond}/32 dev lo`);
  await r.ip(`route add ${prefix} via ${address.b.ipv4} proto bird`);
  await using daemon = await startDaemonIn(r, ["--web.enable-stream", `--netns=${r.name}`]);
  await using opened = await open(daemon.url);
  const { page } = opened;
  await page.locator("#headline", { hasText: "Every packet finds a route" }).waitFor();
  await using _traffic = startTraffic(a, [beyond, address.b.ipv4]);
  await r.ip(`route del ${prefix}`);
  await page.locator("#headline", { hasText: `find no route in ${r.name}` }).waitFor({ timeout: SOON.timeoutMs });
  const removed = new RegExp(
    `${prefix} via ${address.b.ipv4}, protocol bird, removed from main at \\d\\d:\\d\\d:\\d\\d\\.`,
  );
  await waitUntil("the verdict names the route", async () => removed.test(await page.locator("#reasons").innerText()), {
    ...SOON,
    timeoutMs: 60_000,
  });
  expect(await level(page)).toBe("bad");
  await waitUntil(
    "the destination has it too",
    async () => {
      return (await page.locator("#destinations").innerText()).includes(prefix);
    },
    SOON,
  );
  await page.screenshot({ path: `${SCREENSHOTS}/page-removed-route.png` });
  expect(opened.complaints).toEqual([]);
});

test("without the stream the page tells how to turn it on, and there is no address anywhere", async () => {
  const { pair, odd } = staged();
  await using daemon = await startDaemon(shown(pair, odd));
  await using opened = await open(daemon.url);
  const { page } = opened;
  await page.locator("#live-off").waitFor();
  expect(await page.locator("#live-off").innerText()).toMatch(
    /--web\.enable-stream[\s\S]*\/etc\/default\/tablesnoopd[\s\S]*ARGS=/,
  );
  expect(await page.locator("#live-on").isVisible()).toBe(false);
  await rowOf(page, "#lookups", pair.host.name).waitFor();
  const destinations = page.locator("#destinations tbody tr", { hasText: pair.host.name }).first();
  await waitUntil("destinations are listed", async () => (await destinations.count()) > 0, SAMPLED);
  expect(await destinations.innerText()).toMatch(/^hidden, ipv[46]\s/);
  expect(await page.locator("#destinations-hint").innerText()).toContain("shown only with --web.enable-stream");
  await page.waitForResponse(/api\/history/);
  const all = [await page.content(), ...(await Promise.all(opened.answers))].join("\n");
  expect(all).toContain(pair.host.name);
  for (const prefix of pair.prefixes) expect(all).not.toContain(prefix.replace(/(\.0\.0\/16|::\/32)$/, ""));
  expect(opened.complaints).toEqual([]);
});

test("when the daemon goes away the page says so, and comes back with it by itself", async () => {
  const { pair, odd } = staged();
  const flags = ["--web.enable-stream", ...shown(pair, odd)];
  const first = await startDaemon(flags);
  await using opened = await open(first.url);
  const { page } = opened;
  const connection = page.getByRole("status").and(page.locator("#connection"));
  try {
    await listenOnlyTo(page, pair.host);
    await rowOf(page, "#lookups", pair.host.name).waitFor();
    expect(await connection.innerText()).toBe("Live");
  } finally {
    await first.kill();
  }
  await waitUntil(
    "the page says so",
    async () => /^No answer from the daemon/.test(await connection.innerText()),
    SOON,
  );
  expect(await connection.innerText()).toMatch(/what is shown is of \d\d:\d\d:\d\d\. Trying again\.$/);
  expect(await rowOf(page, "#lookups", pair.host.name).count()).toBe(1);

  const { host } = new URL(first.url);
  await using _second = await startDaemon([...flags, `--web.listen-address=${host}`]);
  await waitUntil("the page is back", async () => (await connection.innerText()) === "Live", SOON);
  await rowOf(page, "#live", pair.host.name).waitFor();
  await waitUntil("the charts are back", async () => (await page.locator("#legend-lookups li").count()) > 0, SOON);
});

async function cell(row: ReturnType<typeof rowOf>, column: number): Promise<string> {
  return row.locator(`:scope > :nth-child(${column})`).innerText();
}

async function level(page: Page): Promise<string | null> {
  return page.locator("#verdict").getAttribute("data-level");
}
