// What happens when the kernel's ring of events cannot be waited for: by a daemon whose addon can be made to fail so. (Under
// AddressSanitizer, as only that build has hooks for tests.)

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BACKEND } from "../support/backend.js";
import { createNetns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { sanitized } from "../support/processes/sanitized.js";
import { openStream } from "../support/processes/stream_client.js";
import { send } from "../support/traffic/send.js";
import { value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const WAIT = { timeoutMs: 30_000 * PATIENCE };

test("lookups are streamed on, and it is counted, logged and told once, until it works again", {
  timeout: 120_000 * PATIENCE,
}, async (context) => {
  const { file, flags, environment } = sanitized("dist/program/tablesnoopd.js", context);
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-ring-"));
  const fails = join(folder, "fails");
  try {
    await using netns = await createNetns("ring");
    await using daemon = await startDaemon([`--probe=${BACKEND}`, "--web.enable-stream"], {
      timeoutMs: WAIT.timeoutMs,
      environment: { ...process.env, ...environment, TABLESNOOP_POLL_FAILS_WHILE: fails },
      command: [process.execPath, ...flags, file],
    });
    await using stream = await openStream(daemon, { netns: netns.name, kind: "route", family: "ipv4" });
    const errors = async () =>
      value(await daemon.scrape(), "tablesnoop_read_errors_total", { source: "events" }) ?? Number.NaN;
    const told = (message: string) => daemon.stderr().match(new RegExp(`${message}.*source=events`, "g"))?.length ?? 0;
    expect(await errors()).toBe(0);

    writeFileSync(fails, "");
    await waitUntil("the errors are counted", async () => (await errors()) > 0, WAIT);
    await send(netns, "udp", { to: "203.0.113.9", count: SENDS });
    const late = await stream.settled(SENDS);
    expect(late.filter((line) => line.includes("dst: 203.0.113.9 "))).toHaveLength(SENDS);
    expect(told("read failed")).toBe(1);
    expect(daemon.stderr()).toContain("wait for the event ring: EBADF: Bad file descriptor");

    rmSync(fails);
    await waitUntil("it is told that it works again", () => told("read works again") === 1, WAIT);
    await send(netns, "udp", { to: "203.0.113.10", count: SENDS });
    const again = await stream.settled(late.length + SENDS);
    expect(again.filter((line) => line.includes("dst: 203.0.113.10 "))).toHaveLength(SENDS);
    const before = await errors();
    expect(await errors()).toBe(before);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
