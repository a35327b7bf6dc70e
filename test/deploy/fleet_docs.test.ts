// The configurations of docs/fleet.md are what Prometheus accepts.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { projectPath } from "../support/project_path.js";
import { promtool } from "../support/truth/promtool.js";

const DOCUMENT = readFileSync(projectPath("docs/fleet.md"), "utf8");
/** Debian builds Prometheus without discovery by Kubernetes; everything around it is checked all the same. */
const UNKNOWN_DISCOVERY = /kubernetes_sd_configs:\n\s+- role: pod/;
const CONFIGURATIONS = [...DOCUMENT.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = ""]) => text);

it("shows at least one way to find routers, to log in and to write elsewhere", () => {
  expect(CONFIGURATIONS.length).toBeGreaterThanOrEqual(5);
});

it.each(CONFIGURATIONS)("configuration %# passes promtool", async (text) => {
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-fleet-docs-"));
  try {
    // promtool opens the files that a configuration names.
    for (const name of ["routers-ca.pem", "tablesnoop.password"]) writeFileSync(join(folder, name), "");
    const file = join(folder, "prometheus.yml");
    writeFileSync(file, text.replace(UNKNOWN_DISCOVERY, "static_configs: []").replaceAll("/etc/prometheus", folder));
    const agent = "remote_write" in (parse(text) as object) ? ["--agent"] : [];
    const { stdout } = await promtool(["check", "config", ...agent, file]);
    expect(stdout, stringify(parse(text))).toContain("is valid");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
