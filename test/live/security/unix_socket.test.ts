// A real daemon on a unix socket: its mode and group, who may connect, and what is left behind.

import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createNetns } from "../../support/networks/netns.js";
import { type Background, startBackground } from "../../support/processes/background.js";
import { TABLESNOOP } from "../../support/processes/built_programs.js";
import { ask } from "../../support/processes/protected_daemon.js";
import { waitUntil } from "../../support/wait_until.js";
import {
  DEADLINE,
  folder,
  hears,
  LOGIN,
  refusal,
  setSecurityStage,
  start,
  started,
  tls,
  webConfig,
} from "./fixture.js";

setSecurityStage();

/** The command as somebody who is not root. */
async function tablesnoopAs(groups: readonly string[], socket: string): Promise<Background> {
  const command = [process.execPath, TABLESNOOP, "-x", "--connect", `unix:${socket}`];
  const running = await startBackground("setpriv", ["--reuid=65534", "--regid=65534", ...groups, "--", ...command]);
  started.push(running);
  return running;
}

describe("a unix socket", () => {
  const path = () => join(folder, "socket");
  const flag = () => `--web.listen-address=unix:${path()}`;

  test("has the mode and group it is to have, needs no login, and is gone at the end", async () => {
    const daemon = await start([
      flag(),
      "--web.socket-mode=0620",
      "--web.socket-group=65534",
      webConfig(`${tls()}${LOGIN}`),
    ]);
    expect(daemon.addresses).toEqual([`unix:${path()}`]);
    const { mode, gid } = statSync(path());
    expect([(mode & 0o777).toString(8), gid]).toEqual(["620", 65534]);
    expect((await ask(`unix:${path()}`, "/-/healthy")).body).toBe("tablesnoopd is healthy.\n");
    await daemon.stop();
    expect(existsSync(path())).toBe(false);
  });

  test("takes a group by its name, and says so if there is none", async () => {
    await start([flag(), "--web.socket-group=daemon"]);
    expect(statSync(path()).gid).toBe(1);
    const { code, line } = await refusal(`--web.listen-address=unix:${folder}/b`, "--web.socket-group=nosuchgroup");
    expect([code, line]).toEqual([1, expect.stringMatching(/^tablesnoopd: find the group nosuchgroup: it is not in/)]);
  });

  test("left behind by a daemon that was killed is taken over, one in use is not, and no other file ever", async () => {
    const killed = await start([flag()]);
    await killed.stop("SIGKILL");
    expect(existsSync(path())).toBe(true);
    await start([flag()]);
    expect((await ask(`unix:${path()}`, "/-/healthy")).status).toBe(200);
    expect(await refusal(flag())).toMatchObject({
      code: 1,
      line: expect.stringContaining("another program listens there"),
    });
    expect((await ask(`unix:${path()}`, "/-/healthy")).status).toBe(200);
    writeFileSync(`${folder}/file`, "precious");
    expect((await refusal(`--web.listen-address=unix:${folder}/file`)).code).toBe(1);
    expect(statSync(`${folder}/file`).size).toBe(8);
    expect((await refusal(`--web.listen-address=unix:${folder}/none/socket`)).line).toContain(
      "the folder does not exist",
    );
  });

  test("gives the stream to the command run by a member of the group, without root, and to nobody else", async () => {
    await using netns = await createNetns("group");
    await netns.ip("link set lo up");
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "run"), { mode: 0o755 });
    const socket = join(folder, "run", "socket");
    await start([`--web.listen-address=unix:${socket}`, "--web.socket-group=4321", "--web.enable-stream"]);
    const member = await tablesnoopAs(["--groups=4321"], socket);
    await hears(member, netns);
    const other = await tablesnoopAs(["--clear-groups"], socket);
    expect((await waitUntil("it is refused", other.exit, DEADLINE)).code).toBe(1);
    expect(other.stderr()).toMatch(/^tablesnoop: connect to unix:\S+: .*EACCES/);
  });
});
