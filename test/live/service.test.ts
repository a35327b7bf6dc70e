// The daemon as a service: what it tells the service manager, and that it works with no right left.

import { expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createNetns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { startBackground } from "../support/processes/background.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { spawnDaemon, startDaemon } from "../support/processes/daemon_process.js";
import { openNotifySocket } from "../support/processes/notify_socket.js";
import { openStream } from "../support/processes/stream_client.js";
import { rightsOfThreads } from "../support/processes/threads.js";
import { send } from "../support/traffic/send.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const START_MS = 20_000 * PATIENCE;
const NONE = "0000000000000000";
const CAP_NET_BIND_SERVICE = "0000000000000400";

const without = (kept: string) => ({
  ...{ permitted: kept, effective: kept, inheritable: NONE, ambient: NONE, noNewPrivileges: true },
});

test("with no capability left on any thread it counts, names what is made later, and streams", async () => {
  await using daemon = await startBackend(["--web.enable-stream"]);
  expect(rightsOfThreads(daemon.pid).rights).toEqual([without(NONE)]);

  await using netns = await createNetns("later");
  const before = await daemon.scrape();
  await using stream = await openStream(daemon, { netns: netns.name, failed: "only" });
  await send(netns, "udp", { to: "203.0.113.9", count: SENDS });
  const lines = await stream.settled(SENDS);
  expect(lines).toEqual(Array(SENDS).fill("v4: src: 0.0.0.0  dst: 203.0.113.9 "));
  const after = await daemon.scrape();
  expect(routeGrowth(before, after, netns.name)).toEqual({ [keyOf("ipv4", "main", "", "no_route")]: SENDS });

  // The thread that carries the stream came after the others had lost theirs.
  const { threads, rights } = rightsOfThreads(daemon.pid);
  expect(threads).toBeGreaterThan(5);
  expect(rights).toEqual([without(NONE)]);
  expect(daemon.stderr()).not.toContain("level=error");
});

test("it keeps the capability it is told to keep, and no other", async () => {
  await using daemon = await startBackend(["--capabilities.keep=cap_net_bind_service"]);
  expect(rightsOfThreads(daemon.pid).rights).toEqual([without(CAP_NET_BIND_SERVICE)]);
});

test.each(["+bpf", "+perfmon", "+all,-bpf,-perfmon,-sys_admin"])(
  "with the capabilities %s it cannot start, and names the two it needs",
  async (set) => {
    // Root with a bounding set has no more than that.
    const flags = [`--bounding-set=-all,${set}`, process.execPath, TABLESNOOPD];
    await using daemon = await startBackground("setpriv", flags);
    const exit = await waitUntil("the daemon has ended", daemon.exit, { timeoutMs: START_MS });
    expect(exit.code).toBe(1);
    expect(daemon.stderr()).toMatch(/; run as root or with CAP_BPF and CAP_PERFMON\n$/);
  },
);

test("with the two capabilities alone it starts and counts", async () => {
  const caps = "--bounding-set=-all,+bpf,+perfmon";
  const flags = [caps, process.execPath, TABLESNOOPD, "--web.listen-address=127.0.0.1:0"];
  await using daemon = await startBackground("setpriv", flags);
  await daemon.waitFor("stderr", /msg=listening/, { timeoutMs: START_MS });
  expect(rightsOfThreads(daemon.pid).rights).toEqual([without(NONE)]);
});

test.each(["path", "abstract"] as const)("it tells a service manager at an %s socket of its life", async (kind) => {
  await using manager = await openNotifySocket(kind);
  const environment = { ...process.env, NOTIFY_SOCKET: manager.address, WATCHDOG_USEC: "400000" };
  await using daemon = await startDaemon([], { timeoutMs: START_MS, environment });
  await manager.waitFor(/^READY=1$/m, { timeoutMs: START_MS });
  await waitUntil("it has shown signs of life", () => manager.messages().filter(isAlive).length > 2, {
    timeoutMs: START_MS,
  });

  // Other tests make namespaces too meanwhile, so the number is the one of a scrape at that time.
  await using netns = await createNetns("status");
  await waitUntil(
    "the status says how many network namespaces there are",
    async () => {
      const there = (await daemon.scrape()).filter(({ name }) => name === "tablesnoop_netns_info");
      return (
        there.some(({ labels }) => labels["netns"] === netns.name) && netnsTold(manager.messages()) === there.length
      );
    },
    { timeoutMs: START_MS },
  );

  await daemon.stop();
  expect(manager.messages().at(-1)).toEqual(["STOPPING=1", "STATUS=stopping"]);
  expect(manager.messages().filter((lines) => lines.includes("READY=1"))).toEqual([
    [
      "READY=1",
      expect.stringMatching(/^STATUS=(Counting lookups|Degraded): (tracepoint|trampoline) backend, \d+ probes in/),
    ],
  ]);
});

/** By the last status that says so. */
function netnsTold(messages: readonly (readonly string[])[]): number {
  const counts = messages
    .flat()
    .map((line) => /^STATUS=Counting lookups: .* in (\d+) network namespaces?$/.exec(line)?.[1]);
  return Number(counts.findLast((count) => count !== undefined));
}

test("a start that fails is never called ready", async () => {
  await using manager = await openNotifySocket("path");
  const environment = { ...process.env, NOTIFY_SOCKET: manager.address };
  const daemon = await spawnDaemon(["--web.listen-address=192.0.2.1:1"], environment);
  const exit = await waitUntil("the daemon has ended", daemon.exit, { timeoutMs: START_MS });
  expect(exit.code).toBe(1);
  const told = manager.messages().flat();
  expect(told.at(-1)).toMatch(/^STATUS=tablesnoopd: listen on 192\.0\.2\.1:1: /);
  expect(told.filter((line) => /READY|STOPPING/.test(line))).toEqual([]);
});

test("a service manager that cannot be told is one line in the log, and no hindrance", async () => {
  const environment = { ...process.env, NOTIFY_SOCKET: "/nonexistent/notify", WATCHDOG_USEC: "20000" };
  await using daemon = await startDaemon([], { timeoutMs: START_MS, environment });
  await daemon.scrape();
  const lines = daemon.stderr().split("\n");
  expect(lines.filter((line) => line.includes("the service manager cannot be told"))).toEqual([
    expect.stringContaining("notify /nonexistent/notify: ENOENT"),
  ]);
});

function isAlive(lines: readonly string[]): boolean {
  return lines.length === 1 && lines[0] === "WATCHDOG=1";
}
