// Names and files that somebody chose to do harm: every lookup still has its series, nothing that a terminal obeys leaves the
// daemon, and nothing blocks or grows. All of it in a mount namespace that goes with the daemon.

import { expect } from "vitest";
import { BACKEND } from "../support/backend.js";
import { PATIENCE } from "../support/pace.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { runCommand } from "../support/processes/command.js";
import { openCountingStream } from "../support/processes/counting_stream.js";
import { type DaemonProcess, startDaemon } from "../support/processes/daemon_process.js";
import { descriptorsOf, megabytesOf } from "../support/processes/resources.js";
import { projectPath } from "../support/project_path.js";
import { total, value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";
import { controlsIn } from "./hostile_daemons.js";

const ROUTES = "tablesnoop_route_lookups_total";
const SENDS = 23;
/** A scrape beside thousands of useless entries, on two busy cores. */
const SLOWEST_SCRAPE_MS = 3_000 * PATIENCE;
const MOST_MORE_MEGABYTES = 25;

/** Bytes; of files under /run/netns. */
const NETNS_NAMES: readonly string[] = [
  'quo"te',
  "back\\slash",
  "new\nline",
  "re\rturn",
  "ta\tb",
  "es\u001b[2Jc",
  "ti\u001b]0;x\u0007tle",
  "c1\u009b31m",
  "cut\u00c3",
  "bad\u00ff\u00fe",
  utf8("\u202emark"),
  utf8("é€"),
  "<script>alert(1)<",
  "{}",
  "host",
  "unknown",
  "other",
  "__proto__",
  " ",
  "# dropped 5 lines",
  "-x",
  "x".repeat(240),
];

/** Of devices: no blank, no slash, no colon, at most 15 bytes. */
const DEVICE_NAMES: readonly string[] = [
  'a"b\\c',
  "\u001b[2J",
  "\u001b]0;x\u0007",
  "\u0001\u0008\u007f",
  "\u009b31m",
  "cut\u00c3",
  utf8("é€"),
  "<b>x<b>",
  "__proto__",
  "multipath",
  "{}",
  "#",
  "-->",
];

function utf8(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Namespaces and devices that bear them: each sends, and all sends are counted, shown and streamed. */
export async function bearHostileNames(): Promise<Figures> {
  const count = NETNS_NAMES.length;
  await using daemon = await startIn(NETNS_NAMES.map((name, at) => makeNetns(name, deviceOf(at), at)));
  const found = { result: "found" };
  const before = await daemon.scrape();
  await using text = await openCountingStream(daemon, "text", {
    family: "ipv4",
    failed: "exclude",
    dst: "10.66.0.0/16",
  });
  await using json = await openCountingStream(daemon, "json", {
    family: "ipv4",
    failed: "exclude",
    dst: "10.66.0.0/16",
  });
  const raw = { text: rawStream(daemon, "text"), json: rawStream(daemon, "json"), sse: rawStream(daemon, "sse") };
  await waitUntil("five clients listen", async () => (await listeners(daemon)) === 5, { timeoutMs: 10_000 * PATIENCE });
  await sendFromEach(daemon, count);
  const after = await daemon.scrape();

  const sent = after.filter(
    ({ name, labels }) => name === ROUTES && labels["result"] === found.result && isOurs(labels["egress"]),
  );
  const grown = sent.map((sample) => sample.value);
  const shown = sent.map(({ labels }) => JSON.stringify([labels["netns"], labels["egress"]]));
  expect(grown, `series: ${shown.join(" ")}`).toEqual(new Array(count).fill(SENDS));
  expect(total(after, ROUTES, found) - total(before, ROUTES, found)).toBeGreaterThanOrEqual(count * SENDS);
  // One label each, and none that means something else.
  const names = sent.map(({ labels: { netns = "" } }) => netns);
  expect(new Set(names).size).toBe(count);
  for (const word of ["host", "unknown", "other"]) expect(names).not.toContain(word);

  await text.accountedFor(count * SENDS);
  await json.accountedFor(count * SENDS);
  for (const [format, stream] of Object.entries(raw)) {
    const body = await stream.until(count * SENDS);
    expect({ format, controls: controlsIn(body) }).toEqual({ format, controls: [] });
  }
  for (const path of ["/metrics", "/api/lookups", "/api/failures", "/", "/-/ready"]) {
    const body = await (await fetch(`${daemon.url}${path}`)).text();
    expect({ path, controls: controlsIn(body) }).toEqual({ path, controls: [] });
    if (path.startsWith("/api/")) expect(() => JSON.parse(body)).not.toThrow();
    // Names reach the page as data only.
    if (path === "/") expect(body).not.toContain("alert(1)");
  }
  expect(controlsIn(daemon.stderr())).toEqual([]);
  return { namespaces: count, devices: new Set(DEVICE_NAMES).size, lookups: count * SENDS };
}

/** Thousands of entries under /run/netns that are no namespace, beside one that is. */
export async function bearCrowdedFolder(entries: number): Promise<Figures> {
  const each = Math.ceil(entries / 6);
  const crowd = [
    `seq -f '/run/netns/file%g' ${each} | xargs touch`,
    `seq -f '/run/netns/fifo%g' ${each} | xargs mkfifo`,
    `seq -f '/run/netns/folder%g' ${each} | xargs mkdir`,
    `for at in $(seq ${each}); do echo "/run/netns/dangling$at"; done | xargs -n1 ln -s /nowhere`,
    `for at in $(seq ${each}); do echo "/run/netns/loop$at"; done | xargs -I{} ln -s {} {}`,
    `for at in $(seq ${each}); do echo "/run/netns/pid$at"; done | xargs -n1 ln -s /proc/1/ns/net`,
  ].map((line) => line.replace(/xargs -n1 ln -s (\S+)$/, "xargs -n500 sh -c 'for to; do ln -s $1 \"$to\"; done' sh"));
  await using daemon = await startIn([...crowd, makeNetns("real", "d0", 0)]);
  let worst = 0;
  const timed = async () => {
    const begin = performance.now();
    const samples = await daemon.scrape();
    worst = Math.max(worst, performance.now() - begin);
    return samples;
  };
  // Entries are looked at some hundred a scrape, so that none takes long.
  let scrapes = 0;
  await waitUntil(
    "the namespace among them is shown by its name",
    async () => {
      scrapes += 1;
      return value(await timed(), "tablesnoop_netns_info", { netns: "real" }) === 1;
    },
    { timeoutMs: 30_000 * PATIENCE },
  );
  expect(scrapes).toBeLessThanOrEqual(2 + entries / 400);
  const rounds: { readonly megabytes: number; readonly descriptors: number }[] = [];
  for (let round = 0; round < 5; round += 1) {
    await timed();
    rounds.push({ megabytes: megabytesOf(daemon.pid), descriptors: descriptorsOf(daemon.pid) });
  }
  const before = await daemon.scrape();
  await sendFromEach(daemon, 1);
  const after = await daemon.scrape();
  const labels = { netns: "real", table: "main", egress: "d0", result: "found" };
  expect(total(after, ROUTES, labels) - total(before, ROUTES, labels)).toBe(SENDS);
  const [first, last] = [rounds[0], rounds.at(-1)];
  expect((last?.megabytes ?? 0) - (first?.megabytes ?? 0)).toBeLessThan(MOST_MORE_MEGABYTES);
  expect(last?.descriptors).toBe(first?.descriptors);
  expect(worst).toBeLessThan(SLOWEST_SCRAPE_MS);
  // One line for each folder, not for each entry.
  const told = daemon
    .stderr()
    .split("\n")
    .filter((line) => line.includes("/run/netns"));
  expect(told.length).toBeLessThanOrEqual(3);
  return {
    entries: 6 * each,
    "named after scrapes": scrapes,
    "worst scrape, ms": Math.round(worst),
    "MB more": Math.round((last?.megabytes ?? 0) - (first?.megabytes ?? 0)),
    "lines in the log": told.length,
  };
}

function deviceOf(at: number): string {
  return DEVICE_NAMES[at % DEVICE_NAMES.length] ?? "d0";
}

/** Every egress here is one of theirs, and nobody else's network looks like that. */
function isOurs(egress = ""): boolean {
  const plain = DEVICE_NAMES.map((name) => Buffer.from(name, "latin1").toString());
  // A word with a meaning of its own is shown by the device's number.
  return plain.includes(egress) || /^\d+$/.test(egress) || /\\x[0-9a-f]{2}|\ufffd|[^\x20-\x7e]/.test(egress);
}

/** Lines of shell that make the namespace with one device, and the address 10.66.N.1 on it. */
function makeNetns(name: string, device: string, at: number): string {
  return [
    `name=${quoted(name)}; name=\${name%_}; device=${quoted(device)}; device=\${device%_}`,
    'touch -- "/run/netns/$name"',
    'unshare --net="/run/netns/$name" sh -ec \'',
    "  for file in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$file; done",
    "  ip link set lo up",
    "  ip link add made type veth peer name d1",
    '  ip link set made name "$1"',
    `  ip addr add 10.66.${at}.1/24 dev "$1"`,
    '  ip link set "$1" up; ip link set d1 up',
    `  ip neigh add 10.66.${at}.9 lladdr 02:74:73:08:00:01 dev "$1" nud permanent`,
    `' sh "$device"`,
    // By number, for those who cannot write the name.
    `ln -s -- "/run/netns/$name" '/run/tablesnoop-test/${at}'`,
  ].join("\n");
}

/** As octal escapes, with a mark at the end, as the shell takes newlines off. */
function quoted(bytes: string): string {
  const octal = [...Buffer.from(bytes, "latin1")].map((byte) => `\\0${byte.toString(8)}`).join("");
  return `$(printf '%b_' '${octal}')`;
}

/** The daemon in a mount namespace where `script` has made what lies under /run/netns. */
function startIn(script: readonly string[]): Promise<DaemonProcess> {
  const prepared = ["mount -t tmpfs tmpfs /run", "mkdir /run/netns /run/tablesnoop-test", ...script, 'exec "$@"'].join(
    "\n",
  );
  const main = [process.execPath, TABLESNOOPD];
  return startDaemon([`--probe=${BACKEND}`, "--web.disable-exporter-metrics", "--web.enable-stream"], {
    command: ["unshare", "--mount", "--propagation=private", "sh", "-ec", prepared, "sh", ...main],
    timeoutMs: 60_000 * PATIENCE,
  });
}

async function sendFromEach(daemon: DaemonProcess, count: number): Promise<void> {
  const sender = projectPath("dist/test/flood/send");
  for (let at = 0; at < count; at += 1) {
    const inside = [`nsenter --net='/run/tablesnoop-test/${at}'`, sender, `udp --to 10.66.${at}.9 --count ${SENDS}`];
    await runCommand("nsenter", [`--mount=/proc/${daemon.pid}/ns/mnt`, "sh", "-ec", inside.join(" ")]);
  }
}

async function listeners(daemon: DaemonProcess): Promise<number> {
  return total(await daemon.scrape(), "tablesnoop_stream_listeners");
}

/** All bytes of a stream, as UTF-8. */
function rawStream(daemon: DaemonProcess, format: string) {
  const query = new URLSearchParams({ format, family: "ipv4", failed: "exclude", dst: "10.66.0.0/16", verbose: "1" });
  const ending = new AbortController();
  let body = "";
  const reading = (async () => {
    const response = await fetch(`${daemon.url}/stream?${query}`, { signal: ending.signal });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) body += decoder.decode(chunk as Uint8Array, { stream: true });
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return {
    until: async (lookups: number) => {
      const seen = () => body.split("10.66.").length - 1;
      await waitUntil(`${lookups} lines came as ${format}`, () => seen() >= lookups, { timeoutMs: 10_000 * PATIENCE });
      ending.abort();
      await reading;
      return body;
    },
  };
}
