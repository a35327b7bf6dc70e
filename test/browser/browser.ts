// Debian's chromium, driven by playwright-core: started for one test file, every request and complaint of a page recorded.

import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { Unavailable } from "../support/unavailable.js";

const EXECUTABLE = "/usr/bin/chromium";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** Hosts of everything the page asked for, with their ports. */
  readonly hosts: ReadonlySet<string>;
  /** Errors of the console, among them what the Content-Security-Policy refused, and errors nobody caught. */
  readonly complaints: readonly string[];
  /** Whole bodies of the answers under /api/. */
  readonly answers: readonly Promise<string>[];
}

/** Throws Unavailable. The browser has a folder of its own for its data, and leaves nothing behind. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) throw new Unavailable(`${EXECUTABLE} is missing; install the package chromium`, true);
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

/** Opens the address in a window of its own. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const hosts = new Set<string>();
  const complaints: string[] = [];
  const answers: Promise<string>[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) hosts.add(new URL(request.url()).host);
  });
  page.on("response", (response) => {
    if (response.url().includes("/api/") && response.ok()) answers.push(response.text().catch(() => ""));
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, hosts, complaints, answers, [Symbol.asyncDispose]: () => context.close() };
}

/** Texts of one column of a table's body, from 1. */
export function columnTexts(page: Page, table: string, column: number): Promise<string[]> {
  return page.locator(`${table} tbody tr > :nth-child(${column})`).allInnerTexts();
}
