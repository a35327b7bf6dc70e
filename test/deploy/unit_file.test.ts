// The units as systemd itself reads them: no line it does not know, and little that the service could do.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { CommandError, runCommand } from "../support/processes/command.js";
import { projectPath } from "../support/project_path.js";

const SERVICE = "tablesnoopd.service";
const UNITS = [SERVICE, "tablesnoopd.socket"];
/** In tenths: systemd calls up to 2.0 "OK". */
const MOST_EXPOSED = 20;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tablesnoop-units-"));
  for (const unit of UNITS) cpSync(projectPath(`systemd/${unit}`), join(folder, unit));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Standard output and error; a skip where the tool is missing, a failure under CI, which installs it. */
async function analyze(context: TestContext, flags: readonly string[], units: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await runCommand("systemd-analyze", [
      ...flags,
      ...units.map((unit) => join(folder, unit)),
    ]);
    return stdout + stderr;
  } catch (error) {
    if (!(error instanceof CommandError) || !error.ending.includes("ENOENT")) throw error;
    const { CI } = process.env;
    if (CI === "true") throw error;
    return context.skip("systemd-analyze is not here; apt-get install systemd");
  }
}

describe("the unit files", () => {
  test("systemd knows every line of them", async (context) => {
    // The program is where the package puts it, not where this machine has it.
    const told = await analyze(context, ["verify", "--man=no"], UNITS).catch((error: unknown) => {
      if (error instanceof CommandError) return error.stderr;
      throw error;
    });
    const complaints = told
      .split("\n")
      .filter((line) => line !== "" && !line.includes("/usr/bin/tablesnoopd is not executable"));
    expect(complaints).toEqual([]);
  });

  test(`what the service could do is below ${MOST_EXPOSED / 10} of 10`, async (context) => {
    const flags = ["security", "--offline=true", "--no-pager", `--threshold=${MOST_EXPOSED}`];
    const told = await analyze(context, flags, [SERVICE]);
    expect(told).toMatch(/Overall exposure level for tablesnoopd\.service: \d\.\d OK/);
  });
});
