// A real daemon on sockets that systemd made.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BACKEND } from "../../support/backend.js";
import { freePort } from "../../support/free_port.js";
import { type Background, startBackground } from "../../support/processes/background.js";
import { TABLESNOOPD } from "../../support/processes/built_programs.js";
import { ask, listening } from "../../support/processes/protected_daemon.js";
import { waitUntil } from "../../support/wait_until.js";
import { ALICE, DEADLINE, folder, LOGIN, refusal, setSecurityStage, started, webConfig } from "./fixture.js";

setSecurityStage();

describe("sockets that systemd passes", () => {
  const ACTIVATOR = "systemd-socket-activate";
  const hasActivator = spawnSync(ACTIVATOR, ["--version"]).status === 0;
  const { CI } = process.env;
  // It can be installed anywhere: where CI promises to run everything, its absence is a failure.
  const activated = test.skipIf(!hasActivator && CI !== "true");

  /** It starts the daemon when the first client connects, in its own place. */
  async function activate(sockets: readonly string[], ...flags: string[]): Promise<Background> {
    const listen = sockets.map((socket) => `--listen=${socket}`);
    const command = [process.execPath, TABLESNOOPD, "--web.systemd-socket", `--probe=${BACKEND}`];
    const daemon = await startBackground(ACTIVATOR, [...listen, ...command, ...flags]);
    started.push(daemon);
    await daemon.waitFor("stderr", /Listening on/, DEADLINE);
    return daemon;
  }

  activated(`are served, and no other address is (skipped without ${ACTIVATOR})`, async () => {
    const path = join(folder, "activated");
    const port = await freePort();
    const daemon = await activate([`127.0.0.1:${port}`, path], webConfig(LOGIN));
    expect((await ask(`127.0.0.1:${port}`, "/-/healthy")).status).toBe(401);
    expect((await ask(`127.0.0.1:${port}`, "/-/healthy", ALICE)).status).toBe(200);
    expect((await ask(`unix:${path}`, "/-/healthy")).status).toBe(200);
    expect(await listening(daemon, 2)).toEqual([`127.0.0.1:${port}`, `unix:${path}`]);
    await daemon.stop();
    expect(existsSync(path)).toBe(true);
  });

  activated(`are judged by their addresses (skipped without ${ACTIVATOR})`, async () => {
    const port = await freePort();
    const daemon = await activate([`0.0.0.0:${port}`], "--web.enable-stream");
    await ask(`127.0.0.1:${port}`, "/").catch(() => undefined);
    const exit = await waitUntil("the daemon has ended", daemon.exit, DEADLINE);
    expect(exit.code).toBe(1);
    expect(daemon.stderr()).toContain(`serve the stream on 0.0.0.0:${port}: everybody`);
  });

  test("are an error where there are none", async () => {
    const { code, line } = await refusal("--web.systemd-socket");
    expect([code, line]).toEqual([1, expect.stringContaining("take the sockets of systemd: LISTEN_FDS is not set")]);
  });
});
