// Many scrapes at once of a large daemon: what they take of the memory that the service may have.

import { readFileSync } from "node:fs";
import { get } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { IS_SMALL } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { send } from "../support/traffic/send.js";

const TABLES = 10_000;
/** Each table has its failures at 0, one for each reason, and what failed. */
const SERIES = 50_000;
const SCRAPES = 60;
const ROUNDS = 2;

describe(`${SERIES} series`, () => {
  let netns: Netns | undefined;
  let daemon: DaemonProcess | undefined;

  beforeAll(async () => {
    if (IS_SMALL) return;
    netns = await createNetns("series");
    const tables = Array.from({ length: TABLES }, (_, at) => at + 1000);
    await netns.ip(
      ...tables.map((table) => `rule add pref ${table} table ${table}`),
      ...tables.map((table) => `route add throw 203.0.113.1 table ${table}`),
    );
    const limits = ["--counters.max=65536", "--series.max=100000", `--web.max-requests=${SCRAPES}`];
    daemon = await startBackend([...limits, `--netns=${netns.name}`]);
    await send(netns, "udp", { to: "192.0.2.1", count: 1 });
  }, 60_000);

  afterAll(async () => {
    await daemon?.stop();
    await netns?.remove();
  });

  beforeEach((context) => {
    if (IS_SMALL) context.skip("TABLESNOOP_SMALL is set: this machine is too small");
  });

  test(`scraped by ${SCRAPES} at once, half of them compressed, stay below 85 % of the service's MemoryMax`, async () => {
    if (daemon === undefined) throw new Error("the daemon was not started");
    const { pid, url } = daemon;
    for (let at = 0; at < 5; at++) await scrape(url, "identity");
    const alone = peakMegabytes(pid);
    const sizes: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const all = Array.from({ length: SCRAPES }, (_, at) => scrape(url, at % 2 === 0 ? "gzip" : "identity"));
      sizes.push(...(await Promise.all(all)));
    }
    const peak = peakMegabytes(pid);
    const whole = Math.max(...sizes) / 1e6;
    console.log(`peak after ${SCRAPES} at once ${peak} MB, one by one ${alone} MB, a body ${whole.toFixed(1)} MB`);
    expect(whole).toBeGreaterThan(5);
    expect(peak).toBeLessThan(0.85 * memoryMaxMegabytes());
  });
});

/** Bytes of the answer. */
function scrape(url: string, encoding: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = get(`${url}/metrics`, { agent: false, headers: { "accept-encoding": encoding } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk) => {
        bytes += chunk.length;
      });
      answer.on("end", () => (answer.statusCode === 200 ? resolve(bytes) : reject(new Error(`${answer.statusCode}`))));
    });
    asked.on("error", reject);
  });
}

function peakMegabytes(pid: number): number {
  return Math.round(Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000);
}

function memoryMaxMegabytes(): number {
  const unit = readFileSync(projectPath("systemd/tablesnoopd.service"), "utf8");
  return Number(/^MemoryMax=(\d+)M$/m.exec(unit)?.[1]);
}
