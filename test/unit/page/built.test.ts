// What the build made of daemon/page/ (dist/page/).

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readPageFiles } from "../../../daemon/http/page_route.js";
import { projectPath } from "../../support/project_path.js";

const MOST_BYTES = 150_000;

const files = readPageFiles(new URL(`file://${projectPath("dist/page")}/`));

test("the page is below 150 kB in all, not compressed", () => {
  const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(MOST_BYTES);
});

test("the page names no other host, and has no script, style or handler inside", () => {
  const hosts = [
    ...Object.values(files)
      .join("\n")
      .matchAll(/https?:\/\/[\w.-]+/g),
  ].map(([url]) => url);
  // A name space and uPlot's notice of copyright; nothing is loaded from there.
  expect(new Set(hosts)).toEqual(new Set(["http://www.w3.org", "https://github.com"]));
  expect(files.style).not.toMatch(/url\(|@import/);
  expect(files.html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*src=)/);
  expect(files.html).not.toMatch(/(href|src)="(\/|https?:)/);
});

const SOURCES = readdirSync(projectPath("daemon/page"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(projectPath("daemon/page", name), "utf8"))
  .join("\n");

test("every id that the scripts and the labels ask for is in the page, once", () => {
  const ids = [...files.html.matchAll(/\sid="([\w-]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const asked = [...SOURCES.matchAll(/\bfind\("([\w-]+)"/g)].map(([, id]) => id);
  const labelled = [...files.html.matchAll(/(?:for|aria-labelledby|list)="([\w-]+)"/g)].map(([, id]) => id);
  expect(asked.length).toBeGreaterThan(10);
  expect(ids).toEqual(expect.arrayContaining([...asked, ...labelled]));
});

test("nothing in the page's sources makes HTML or code from text", () => {
  expect(SOURCES).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/);
});
