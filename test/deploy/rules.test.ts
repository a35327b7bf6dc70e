// The rules for Prometheus: understood by it, true to their unit tests, made of names that exist, explained in the runbook.

import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectPath } from "../support/project_path.js";
import { type PrometheusProcess, promtool } from "../support/truth/promtool.js";
import { unknownNames } from "./known_names.js";
import { type Rule, readRules, startWithRules } from "./stage.js";

const FOLDER = projectPath("deploy/prometheus");
const TESTS = readdirSync(`${FOLDER}/tests`);
const RUNBOOK = readFileSync(projectPath("docs/runbook.md"), "utf8");

describe("deploy/prometheus", () => {
  it("is accepted by promtool: scrape config and rules", async () => {
    const { stdout } = await promtool(["check", "config", `${FOLDER}/scrape.example.yml`]);
    expect(stdout).toContain("2 rule files found");
  });

  it.each(TESTS)("keeps what its unit tests say: %s", { timeout: 300_000 }, async (file) => {
    const { stdout } = await promtool(["test", "rules", `${FOLDER}/tests/${file}`]);
    expect(stdout).toContain("SUCCESS");
  });
});

describe("the rules as Prometheus reads them", () => {
  let prometheus: PrometheusProcess;
  let rules: Rule[] = [];
  let alerts: Rule[] = [];

  beforeAll(async () => {
    // Nothing listens on port 1.
    prometheus = await startWithRules("127.0.0.1:1");
    rules = await readRules(prometheus);
    alerts = rules.filter(({ type }) => type === "alerting");
  });
  afterAll(() => prometheus?.stop());

  it("name only metrics and labels that exist", () => {
    expect(rules.length).toBeGreaterThan(20);
    const complaints = rules.flatMap(({ name, query }) => unknownNames(query).map((what) => `${name}: ${what}`));
    expect(complaints).toEqual([]);
  });

  it("use a recorded name only if it is recorded, and record none in vain", () => {
    const recorded = rules.filter(({ type }) => type === "recording").map(({ name }) => name);
    const used = new Set(rules.flatMap(({ query }) => query.match(/\b[a-z_]+:[a-z_]+:\w+/g) ?? []));
    expect([...used].sort()).toEqual(recorded.sort());
  });

  it("alert with a severity, a summary, a description and a link to the runbook", () => {
    for (const { name, labels, annotations } of alerts) {
      expect(["info", "warning", "critical"], name).toContain(labels?.severity);
      expect(annotations?.summary, name).toMatch(/.{20}/);
      expect(annotations?.description, name).toMatch(/\.$/);
      expect(annotations?.runbook_url, name).toBe(`docs/runbook.md#${name.toLowerCase()}`);
    }
  });

  it("have a section in the runbook for each alert, and none for another", () => {
    const sections = [...RUNBOOK.matchAll(/^## (\w+)$/gm)].map(([, title]) => title);
    expect(sections.sort()).toEqual([...new Set(alerts.map(({ name }) => name))].sort());
    for (const section of RUNBOOK.split(/^## /m).slice(1)) {
      expect(section).toContain("What to type next:\n\n```sh\n");
      expect(section).toMatch(/^(Silence|Do not silence) it/m);
    }
  });

  it("have a unit test in which each alert fires and one in which it is quiet", () => {
    const tests = TESTS.map((file) => readFileSync(`${FOLDER}/tests/${file}`, "utf8"));
    for (const { name } of alerts) {
      const text = tests.find((test) => test.includes(`alertname: ${name}\n`)) ?? "";
      expect(text, name).toContain("exp_samples: []");
      expect(text, name).toContain("exp_annotations:");
    }
  });
});
