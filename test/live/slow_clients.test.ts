// Clients that ask for much and hardly read it, over a link between two namespaces: Prometheus and the probes of health get
// their answers all the same.

import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { BACKEND, startBackend } from "../support/backend.js";
import { createNetns, linkVeth, type Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { spawnDaemon } from "../support/processes/daemon_process.js";
import { listening } from "../support/processes/protected_daemon.js";
import { projectPath } from "../support/project_path.js";
import { send } from "../support/traffic/send.js";
import { waitUntil } from "../support/wait_until.js";

const HOST = "10.98.0.1";
/** Of the slow clients, and of another. */
const SLOW = "10.98.0.2";
const OTHER = "10.98.0.3";
const TABLES = 300;
const DEADLINE = { timeoutMs: 20_000 * PATIENCE };

let here: Netns;
let there: Netns;
let daemon: Background;
let port: string;

beforeAll(async () => {
  here = await createNetns("served");
  there = await createNetns("clients");
  await linkVeth(
    { netns: here, device: "va", addresses: [`${HOST}/24`] },
    { netns: there, device: "vb", addresses: [`${SLOW}/24`, `${OTHER}/24`] },
  );
  // So that what is not taken waits in the daemon and not in the kernel.
  await here.sysctl({ "net.ipv4.tcp_wmem": "'4096 16384 16384'" });
  await there.sysctl({ "net.ipv4.tcp_rmem": "'4096 4096 4096'" });
  const tables = Array.from({ length: TABLES }, (_, at) => at + 1000);
  await here.ip(
    ...tables.map((table) => `rule add pref ${table} table ${table}`),
    ...tables.map((table) => `route add throw 203.0.113.1 table ${table}`),
  );
  daemon = await spawnDaemon([`--probe=${BACKEND}`, `--web.listen-address=${HOST}:0`], undefined, [
    "nsenter",
    `--net=${here.path}`,
    process.execPath,
    TABLESNOOPD,
  ]);
  const [address = ""] = await listening(daemon, 1);
  port = address.split(":")[1] ?? "";
  await send(here, "udp", { to: "192.0.2.1", count: 1 });
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await here?.remove();
  await there?.remove();
});

interface Slow {
  readonly connections: number;
  readonly path: string;
  readonly pipelined: number;
  readonly bytes: number;
  readonly ms: number;
}

async function slowClients({ connections, path, pipelined, bytes, ms }: Slow): Promise<Background> {
  const script = projectPath("test/support/traffic/slow_clients.mjs");
  const args = [HOST, port, connections, path, pipelined, bytes, ms].map(String);
  const clients = await startBackground("nsenter", [`--net=${there.path}`, process.execPath, script, ...args]);
  await clients.waitFor("stdout", /asked/, DEADLINE);
  return clients;
}

/** Status codes of as many questions, each on a connection of its own from this address; 0: none within three seconds. */
async function ask(path: string, from: string, count = 5): Promise<number[]> {
  const script = `
    import { get } from "node:http";
    import { buffer } from "node:stream/consumers";
    const options = { host: "${HOST}", port: ${port}, path: "${path}", localAddress: "${from}", agent: false };
    const statuses = [];
    for (let at = 0; at < ${count}; at++) {
      statuses.push(await new Promise((resolve) => {
        const asked = get({ ...options, signal: AbortSignal.timeout(${3000 * PATIENCE}) }, (answer) => {
          buffer(answer).then(() => resolve(answer.statusCode), () => resolve(0));
        });
        asked.on("error", () => resolve(0));
      }));
    }
    console.log(JSON.stringify(statuses));`;
  const { stdout } = await there.exec(process.execPath, ["--input-type=module", "-e", script]);
  return JSON.parse(stdout);
}

const times = (count: number, status: number) => new Array<number>(count).fill(status);

function residentMegabytes(): number {
  const [, kilobytes = ""] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${daemon.pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

async function allAnswered(from: string): Promise<void> {
  for (const path of ["/metrics", "/-/healthy", "/-/ready"]) expect(await ask(path, from)).toEqual(times(5, 200));
}

const PAGE = { path: "/page.js", pipelined: 3, bytes: 256, ms: 3000 };

describe("scrapes and probes of health are answered beside", () => {
  test.each([
    [
      "60 pipelined scrapes of one connection",
      { connections: 1, path: "/metrics", pipelined: 60, bytes: 512, ms: 5000 },
    ],
    ["60 scrapes of 12 connections", { connections: 12, path: "/metrics", pipelined: 5, bytes: 512, ms: 5000 }],
    ["512 slow readers of the page's script", { connections: 512, ...PAGE }],
    ["512 slow readers of the page's data", { connections: 512, ...PAGE, path: "/api/lookups" }],
  ])("%s from the same address", async (_what, slow) => {
    await using _clients = await slowClients(slow);
    await allAnswered(SLOW);
    expect(residentMegabytes()).toBeLessThan(300);
  });

  test("300 scrapes at once of 60 connections from another address", async () => {
    const slow = { connections: 60, path: "/metrics", pipelined: 5, bytes: 512, ms: 5000 };
    await using _clients = await slowClients(slow);
    await allAnswered(OTHER);
  });

  test("512 slow readers and 60 pipelined scrapes at once", async () => {
    await using _readers = await slowClients({ connections: 512, ...PAGE });
    await using _scrapes = await slowClients({ connections: 1, path: "/metrics", pipelined: 60, bytes: 512, ms: 5000 });
    await allAnswered(SLOW);
    await allAnswered(OTHER);
  });
});

test("nothing that these clients do is a line of the log", () => {
  expect(daemon.stderr().trim().split("\n").at(-1)).toContain("msg=listening");
});

test("a thousand clients that never finish their requests do not keep a scrape out", async () => {
  await using daemon = await startBackend();
  const { hostname, port } = new URL(daemon.url);
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let at = 0; at < 1000; at++) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined).write("GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow:");
    sockets.push(socket);
  }
  await waitUntil("they are connected", () => sockets.every((socket) => !socket.connecting), DEADLINE);
  for (let at = 0; at < 5; at++) {
    const begun = performance.now();
    await daemon.scrape();
    expect(performance.now() - begun).toBeLessThan(1000 * PATIENCE);
  }
});
