// The configuration of a real daemon, read again while it runs.

import { hashSync } from "bcryptjs";
import { describe, expect, test } from "vitest";
import { ask, reloadState } from "../../support/processes/protected_daemon.js";
import { ALICE, DEADLINE, LOCAL, LOGIN, setSecurityStage, start, startWith, tls, trust, webConfig } from "./fixture.js";

setSecurityStage();

describe("a reload", () => {
  test("by SIGHUP takes a good file, and keeps the old one when the new one is bad", async () => {
    const { daemon, address } = await startWith(LOGIN);
    const before = await reloadState(address, ALICE);
    webConfig("basic_auth_users: {alice: hunter2}\n");
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /level=error msg="reload failed[^\n]*web\.yml:1:27: the password of user/, DEADLINE);
    expect(daemon.stderr()).not.toContain("hunter2");
    expect(await reloadState(address, ALICE)).toEqual({ successful: 0, at: before.at });
    webConfig(`${LOGIN}  bob: ${hashSync("builder", 4)}\n`);
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /web configuration reloaded/, DEADLINE);
    const after = await reloadState(address, { auth: "bob:builder" });
    expect(after.successful).toBe(1);
    expect(after.at).toBeGreaterThan(before.at);
  });

  test("over HTTP answers what came of it, if it is enabled", async () => {
    const { address } = await startWith(LOGIN, "--web.enable-lifecycle");
    const reload = (method: string) => ask(address, "/-/reload", { ...ALICE, method });
    expect(await reload("POST")).toMatchObject({ status: 200, body: "The configuration is reloaded.\n" });
    expect((await reload("GET")).status).toBe(405);
    expect((await ask(address, "/-/reload", { method: "POST" })).status).toBe(401);
    webConfig("nonsense: 1\n");
    const failed = await reload("PUT");
    expect(failed.status).toBe(500);
    expect(failed.body).toMatch(/^The old configuration stays: .*web\.yml:1:1: unknown key "nonsense"/);
    const { address: disabled } = await startWith(LOGIN);
    expect((await ask(disabled, "/-/reload", { ...ALICE, method: "POST" })).status).toBe(403);
  });

  test("without a configuration file does not end the daemon", async () => {
    const daemon = await start([LOCAL, "--web.enable-lifecycle"]);
    const [address = ""] = daemon.addresses;
    process.kill(daemon.pid, "SIGHUP");
    expect((await ask(address, "/-/reload", { method: "POST" })).status).toBe(200);
    expect(await reloadState(address)).toMatchObject({ successful: 1 });
  });

  test("that takes TLS away is refused", async () => {
    const { daemon, address } = await startWith(tls());
    webConfig("");
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /TLS cannot be switched off while the daemon runs/, DEADLINE);
    expect((await ask(address, "/", trust)).status).toBe(200);
  });
});
