// Web configuration files are to us what they are to the programs that share the format: promtool judges each of ours.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StartError } from "../../daemon/errors.js";
import { createLog } from "../../daemon/log.js";
import { WebConfigFile } from "../../daemon/web_config/config_file.js";
import { WEB_CONFIG_CASES } from "../support/cases/web_config_cases.js";
import { CertificateFolder } from "../support/certificates.js";
import { CommandError } from "../support/processes/command.js";
import { promtool } from "../support/truth/promtool.js";

let folder: CertificateFolder;

beforeAll(async () => {
  folder = new CertificateFolder();
  const ca = await folder.authority("ca");
  await ca.sign("server", "DNS:localhost");
  await ca.sign("other", "DNS:localhost");
});

afterAll(() => folder?.[Symbol.dispose]());

function write(yaml: string): string {
  const path = join(folder.path, "web.yml");
  writeFileSync(path, yaml);
  return path;
}

/** Undefined if the file is good. */
function ours(path: string): string | undefined {
  const log = createLog({ logLevel: "error", logFormat: "json" }, { write: () => undefined });
  try {
    new WebConfigFile({ path, log, clock: () => 0 }).start();
    return undefined;
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
}

async function promtools(path: string): Promise<string | undefined> {
  try {
    await promtool(["check", "web-config", path]);
    return undefined;
  } catch (error) {
    if (error instanceof CommandError && error.stderr.includes("FAILED")) return error.stderr;
    throw error;
  }
}

describe("a web configuration", () => {
  test.each(WEB_CONFIG_CASES)("with $title is to promtool what it is to us", async ({ yaml, refused, promtool }) => {
    const path = write(yaml);
    const told = ours(path);
    if (refused === undefined) expect(told).toBeUndefined();
    else expect(told).toContain(refused);
    const isRefused = (await promtools(path)) !== undefined;
    expect(isRefused).toBe(promtool === undefined ? refused !== undefined : refused === undefined);
  });

  test("finds the files it names beside it, wherever the daemon runs", () => {
    const path = write("tls_server_config: {cert_file: server.pem, key_file: ./server.key}\n");
    const elsewhere = mkdtempSync(join(tmpdir(), "tablesnoop-elsewhere-"));
    const here = process.cwd();
    try {
      process.chdir(elsewhere);
      expect(ours(path)).toBeUndefined();
    } finally {
      process.chdir(here);
      rmSync(elsewhere, { recursive: true });
    }
  });
});
