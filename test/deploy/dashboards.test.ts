// The dashboards: what is committed is what the code makes, and it is made of names that exist.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderDashboards } from "../../deploy/grafana/src/render.js";
import { projectPath } from "../support/project_path.js";
import { fillIn, panelQueries, readDashboards } from "./dashboards.js";
import { unknownNames } from "./known_names.js";

const DASHBOARDS = readDashboards();
const RUNBOOK = readFileSync(projectPath("docs/runbook.md"), "utf8");
const ANCHORS = [...RUNBOOK.matchAll(/^## (\w+)$/gm)].map(([, title = ""]) => title.toLowerCase());

describe("deploy/grafana/dashboards", () => {
  it("is what the code makes; else run npm run generate", () => {
    expect(new Map(DASHBOARDS.map(({ file, text }) => [file, text]))).toEqual(
      new Map([...renderDashboards()].sort(([one], [other]) => (one < other ? -1 : 1))),
    );
  });

  it("keeps the uids that links and bookmarks rely on", () => {
    expect(DASHBOARDS.map(({ uid }) => uid).sort()).toEqual([
      "tablesnoop-delivery",
      "tablesnoop-exporter-health",
      "tablesnoop-fleet",
      "tablesnoop-lookup-failures",
      "tablesnoop-router-overview",
    ]);
  });

  it("names only metrics and labels that exist", () => {
    const complaints = panelQueries().flatMap(({ title, expr }) =>
      unknownNames(fillIn(expr, "1m")).map((what) => `${title}: ${what}`),
    );
    expect(complaints).toEqual([]);
  });
});

describe.each(DASHBOARDS.map((dashboard) => [dashboard.file, dashboard] as const))(
  "%s",
  (_file, { text, panels, annotations, templating }) => {
    const drawn = panels.filter(({ type }) => type !== "row");

    it("asks one question a panel, each with a unit and an explanation", () => {
      for (const { title, description, fieldConfig, targets } of drawn) {
        expect(title).toMatch(/^[A-Z].*\?$/);
        expect(description, title).toMatch(/\.$/);
        expect(fieldConfig?.defaults.unit, title).toMatch(/./);
        expect(targets?.length, title).toBeGreaterThan(0);
      }
      expect(new Set(drawn.map(({ title }) => title)).size).toBe(drawn.length);
      expect(panels.map(({ id }) => id)).toEqual(panels.map((_, index) => index + 1));
    });

    it("marks where routes changed", () => {
      expect(annotations.list.map(({ name, enable }) => [name, enable])).toEqual([["Route changes", true]]);
      expect(annotations.list[0]?.expr).toContain("tablesnoop_fib_changes_total");
    });

    it("is bound to no data source of its own", () => {
      expect(text).not.toMatch(/\$\{DS_|__inputs/);
      const sources = [...text.matchAll(/"uid": "(.*)"/g)].map(([, uid]) => uid);
      expect(new Set(sources.filter((uid) => !uid?.startsWith("tablesnoop-")))).toEqual(new Set(["$datasource"]));
    });

    it("lets rates follow the resolution", () => {
      for (const window of text.matchAll(/\b(?:rate|increase)\(.*?\[(.*?)\]/g)) {
        expect(["$__rate_interval", "$__range", "1h"]).toContain(window[1]);
      }
    });

    it("offers variables of several values and All, each chained to those before", () => {
      const labels = templating.list.filter(({ type }) => type === "query");
      for (const [index, { name, multi, includeAll, definition }] of labels.entries()) {
        expect({ name, multi, includeAll }).toEqual({ name, multi: true, includeAll: true });
        for (const { name: before } of labels.slice(0, index))
          expect(definition, name).toContain(`${before}=~"$${before}"`);
      }
      expect(templating.list[0]).toMatchObject({ name: "datasource", type: "datasource" });
    });

    it("lays panels side by side, never over one another", () => {
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
    });

    it("links to sections the runbook has", () => {
      const anchors = drawn.flatMap(({ links = [] }) => links.map(({ url }) => url.replace("$runbook#", "")));
      expect(anchors.filter((anchor) => !ANCHORS.includes(anchor))).toEqual([]);
      expect(anchors.length).toBeGreaterThan(0);
    });
  },
);
