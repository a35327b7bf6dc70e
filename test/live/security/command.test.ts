// The command on a protected daemon.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createNetns } from "../../support/networks/netns.js";
import { type Background, startBackground } from "../../support/processes/background.js";
import { TABLESNOOP } from "../../support/processes/built_programs.js";
import { waitUntil } from "../../support/wait_until.js";
import {
  client,
  DEADLINE,
  folder,
  hears,
  LOGIN,
  others,
  ours,
  setSecurityStage,
  started,
  startWith,
  tls,
} from "./fixture.js";

setSecurityStage();

describe("the command", () => {
  test("takes its lines from a protected daemon", async () => {
    await using netns = await createNetns("tls");
    await netns.ip("link set lo up");
    const verified = tls("client_auth_type: RequireAndVerifyClientCert", `client_ca_file: ${ours.cert}`);
    const { address } = await startWith(`${verified}${LOGIN}`, "--web.enable-stream");
    const password = join(folder, "password");
    writeFileSync(password, "wonder\n");
    const files = ["--cacert", ours.cert, "--cert", client.cert, "--key", client.key];
    const command = async (url: string, ...flags: string[]) => {
      const running = await startBackground(process.execPath, [TABLESNOOP, ...["-x", "--connect", url, ...flags]]);
      started.push(running);
      return running;
    };
    await hears(await command(`https://alice@${address}`, ...files, "--password-file", password), netns);
    const ended = async (running: Background) => {
      await waitUntil("the command has ended", running.exit, DEADLINE);
      return running.stderr();
    };
    expect(await ended(await command(`https://alice:hunter2@${address}`, ...files))).toBe(
      `tablesnoop: read https://${address}: A user name and its password are needed.\n`,
    );
    expect(await ended(await command(`https://alice@${address}`, "--cacert", others.cert))).toMatch(/certificate/);
    expect(await ended(await command(`https://alice:hunter2@${address}`))).not.toContain("hunter2");
  });
});
