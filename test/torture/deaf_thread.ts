// The thread that brings events out of the kernel can no longer wait for them: they come all the same, the failure is told, and
// so is its end. Run with the addon that is built for tests, where that can be asked for.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type TestContext } from "vitest";
import { BACKEND } from "../support/backend.js";
import { onProcessEnd } from "../support/cleanup.js";
import { createPair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { openCountingStream } from "../support/processes/counting_stream.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { sanitized } from "../support/processes/sanitized.js";
import { floodLookups } from "../support/traffic/flood.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { delta } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";

const LOOKUPS = 20_000;
const WAIT = { timeoutMs: 30_000 * PATIENCE, intervalMs: 200 };
const ERRORS = "tablesnoop_read_errors_total";

export async function deafenThread(context: TestContext): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-torture-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const forget = onProcessEnd(remove);
  try {
    return await deafen(context, join(folder, "deaf"));
  } finally {
    remove();
    forget();
  }
}

async function deafen(context: TestContext, deaf: string): Promise<Figures> {
  const { file, flags, environment } = sanitized("dist/program/tablesnoopd.js", context);
  await using pair = await createPair();
  await pair.host.sysctl({ "net.ipv4.ip_forward": 1 });
  await using daemon = await startDaemon([`--probe=${BACKEND}`, "--web.enable-stream"], {
    command: [process.execPath, ...flags, file],
    environment: { ...process.env, ...environment, TABLESNOOP_POLL_FAILS_WHILE: deaf },
    timeoutMs: 60_000 * PATIENCE,
  });
  const query = { netns: pair.host.name, dst: pair.address.peer.ipv4 };
  await using stream = await openCountingStream(daemon, "json", query);
  const before = await daemon.scrape();
  const flood = () =>
    floodLookups({ netns: pair.host, device: "host-peer", destinations: [pair.address.peer.ipv4], count: LOOKUPS });

  writeFileSync(deaf, "");
  await waitUntil(
    "the failure is counted",
    async () => delta(before, await daemon.scrape(), ERRORS, { source: "events" }) > 0,
    WAIT,
  );
  expect(daemon.stderr()).toMatch(/level=error msg="read failed, showing the last good data" source=events err=/);
  await flood();
  await stream.accountedFor(LOOKUPS);

  rmSync(deaf);
  await waitUntil("its end is told", () => /msg="read works again" source=events/.test(daemon.stderr()), WAIT);
  await flood();
  const { delivered } = await stream.accountedFor(2 * LOOKUPS);
  expect(routeGrowth(before, await daemon.scrape(), pair.host.name)).toEqual({
    [keyOf("ipv4", "main", "host-peer", "found")]: 2 * LOOKUPS,
  });
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  return { made: 2 * LOOKUPS, delivered };
}
