// The daemon's exposition as Prometheus sees it: nothing for promtool to find, and both formats scraped by a real one.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BACKEND } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { type DaemonProcess, startDaemon } from "../support/processes/daemon_process.js";
import { send } from "../support/traffic/send.js";
import { promtoolCheckMetrics, startPrometheus } from "../support/truth/promtool.js";
import { parseExposition, value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const ROUTES = "tablesnoop_route_lookups_total";
const FORMATS = [
  { format: "text", accept: "text/plain;version=0.0.4", contentType: "text/plain; version=0.0.4; charset=utf-8" },
  {
    format: "openmetrics",
    accept: "application/openmetrics-text;version=1.0.0",
    contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  },
] as const;

let daemon: DaemonProcess;
let netns: Netns;

beforeAll(async () => {
  daemon = await startDaemon([`--probe=${BACKEND}`]);
  // Quotes and backslashes are what label values have to be escaped for.
  netns = await createNetns('deploy-"\\');
  await send(netns, "udp", { to: "203.0.113.9", count: SENDS });
});

afterAll(async () => {
  await netns?.remove();
  await daemon?.stop();
});

async function fetchAs(accept: string): Promise<{ contentType: string | null; text: string }> {
  const response = await fetch(`${daemon.url}/metrics`, { headers: { accept } });
  expect(response.status).toBe(200);
  return { contentType: response.headers.get("content-type"), text: await response.text() };
}

test("promtool finds nothing to say about the text format", async () => {
  const { contentType, text } = await fetchAs(FORMATS[0].accept);
  expect(contentType).toBe(FORMATS[0].contentType);
  expect(await promtoolCheckMetrics(text)).toBe("");
});

test("scrapes that follow each other at once have only values that every parser reads", async () => {
  for (let at = 0; at < 5; at += 1) {
    const { text } = await fetchAs(FORMATS[0].accept);
    const values = parseExposition(text).map(({ value: number }) => number);
    expect(values.length).toBeGreaterThan(50);
    expect(values.filter(Number.isNaN)).toEqual([]);
  }
});

test("OpenMetrics ends in its end mark, and shows the same series as the text format", async () => {
  const [text, open] = [await fetchAs(FORMATS[0].accept), await fetchAs(FORMATS[1].accept)];
  expect(open.contentType).toBe(FORMATS[1].contentType);
  expect(open.text).toMatch(/\n# EOF\n$/);
  const [inText, inOpen] = [text, open].map((answer) => parseExposition(answer.text));
  const labels = { netns: netns.name, family: "ipv4", table: "main", result: "no_route" };
  expect(value(inText ?? [], ROUTES, labels)).toBe(SENDS);
  expect(value(inOpen ?? [], ROUTES, labels)).toBe(SENDS);
  expect(new Set(inOpen?.map(({ name }) => name))).toEqual(new Set(inText?.map(({ name }) => name)));
});

interface SeriesExemplars {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[];
}

async function exemplars(url: string, query: string, start: number): Promise<readonly SeriesExemplars[]> {
  const asked = new URLSearchParams({ query, start: String(start), end: String(Date.now() / 1000 + 60) });
  const response = await fetch(`${url}/api/v1/query_exemplars?${asked}`);
  const answer = (await response.json()) as { readonly data?: readonly SeriesExemplars[]; readonly error?: string };
  if (answer.data === undefined) throw new Error(`query exemplars: ${answer.error}`);
  return answer.data;
}

/** Stands between Prometheus, which asks for what it likes best, and the daemon; asks for one format only. */
async function startProxy(accept: string) {
  const seen = new Set<string | null>();
  const server = createServer((_request, response) => {
    fetchAs(accept).then(
      ({ contentType, text }) => {
        seen.add(contentType);
        response.setHeader("content-type", contentType ?? "").end(text);
      },
      (error: unknown) => response.writeHead(502).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a real Prometheus", () => {
  test("scrapes both formats, and what it asks for itself", { timeout: 120_000 }, async () => {
    using text = await startProxy(FORMATS[0].accept);
    using open = await startProxy(FORMATS[1].accept);
    const targets = { text: text.target, openmetrics: open.target, own: new URL(daemon.url).host };
    const jobs = Object.entries(targets).map(
      ([name, target]) => `  - {job_name: ${name}, static_configs: [{targets: ["${target}"]}]}`,
    );
    await using prometheus = await startPrometheus(
      ["global: {scrape_interval: 1s, scrape_timeout: 1s}", "scrape_configs:", ...jobs, ""].join("\n"),
    );

    for (const job of Object.keys(targets)) {
      await waitUntil(
        `the job ${job} is up`,
        async () => (await prometheus.query(`up{job="${job}"}`))[0]?.value === 1,
        { timeoutMs: 30_000, intervalMs: 200 },
      );
      const rows = await prometheus.query(`${ROUTES}{job="${job}",family="ipv4",table="main",result="no_route"}`);
      expect(rows.find(({ metric: { netns: label } }) => label === netns.name)?.value).toBe(SENDS);
    }
    expect([...text.seen]).toEqual([FORMATS[0].contentType]);
    expect([...open.seen]).toEqual([FORMATS[1].contentType]);
  });

  test("keeps the failing destination of an exporter with the stream as an exemplar", {
    timeout: 120_000,
  }, async () => {
    await using streaming = await startDaemon([`--probe=${BACKEND}`, "--web.enable-stream"]);
    const target = new URL(streaming.url).host;
    await using prometheus = await startPrometheus(
      [
        "global: {scrape_interval: 1s, scrape_timeout: 1s}",
        `scrape_configs: [{job_name: tablesnoop, static_configs: [{targets: ["${target}"]}]}]`,
        "",
      ].join("\n"),
      ["--enable-feature=exemplar-storage"],
    );
    await send(netns, "udp", { to: "203.0.113.23", count: SENDS });
    const startedAt = Date.now() / 1000 - 120;
    const labels = { netns: netns.name, family: "ipv4", table: "main", result: "no_route" };
    await waitUntil(
      "the exemplar is there",
      async () => {
        const found = await exemplars(prometheus.url, `${ROUTES}{table="main",result="no_route"}`, startedAt);
        const own = found.filter(({ seriesLabels }) => seriesLabels["netns"] === netns.name);
        for (const { seriesLabels } of own) expect(seriesLabels).toMatchObject(labels);
        return own.some(({ exemplars: some }) =>
          some.some(({ labels: { destination } }) => destination === "203.0.113.23"),
        );
      },
      { timeoutMs: 30_000, intervalMs: 200 },
    );
  });
});
