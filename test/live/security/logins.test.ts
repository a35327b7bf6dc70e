// Logins of a real daemon: who is asked, what the log keeps, how fast one may try.

import { describe, expect, test } from "vitest";
import { ask } from "../../support/processes/protected_daemon.js";
import { ALICE, LOGIN, setSecurityStage, startWith, tls, trust } from "./fixture.js";

setSecurityStage();

describe("logins", () => {
  test("are asked for at every path, over TLS as well", async () => {
    const { address } = await startWith(`${tls()}${LOGIN}`);
    for (const path of ["/metrics", "/-/healthy", "/"]) {
      expect((await ask(address, path, trust)).status).toBe(401);
      expect((await ask(address, path, { ...trust, auth: "alice:x" })).status).toBe(401);
      expect((await ask(address, path, { ...trust, ...ALICE })).status).toBe(200);
    }
  });

  test("leave no password in the log", async () => {
    const { daemon, address } = await startWith(LOGIN, "--log.level=debug");
    await ask(address, "/", { auth: "alice:hunter2" });
    await ask(address, "/", ALICE);
    await daemon.stop();
    expect(daemon.stderr()).not.toMatch(/hunter2|wonder|\$2[aby]\$/);
  });

  test("that come too fast are refused", async () => {
    const { address } = await startWith(`${LOGIN}rate_limit: {interval: 1h, burst: 3}\n`);
    const statuses: number[] = [];
    for (let at = 0; at < 5; at++) statuses.push((await ask(address, "/", ALICE)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });
});
