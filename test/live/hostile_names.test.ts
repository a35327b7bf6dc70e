// A user without any privilege may make a user namespace, and in it devices whose names hold bytes that a terminal acts on, or
// that are no UTF-8. Nothing of that leaves us as it is, and a name is spelled alike wherever it shows.

import { readlinkSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { runCommand } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { startTablesnoop, type Tablesnoop } from "../support/processes/tablesnoop_process.js";
import { value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const WAIT = { timeoutMs: 20_000 * PATIENCE };
const ROUTES = "tablesnoop_route_lookups_total";

/** As bash quotes the name, and as we spell it. No blank, slash or colon: the kernel refuses those. */
const NAMES = [
  { quoted: String.raw`\e[2J\e]0;x\a`, spelled: String.raw`\x1b[2J\x1b]0;x\x07` },
  { quoted: String.raw`\x7f\x9b31m`, spelled: String.raw`\x7f\x9b31m` },
  { quoted: String.raw`c1\xc2\x9bz`, spelled: String.raw`c1\xc2\x9bz` },
  { quoted: String.raw`\xc3\xa9\xe2\x82\xac`, spelled: "é€" },
  { quoted: String.raw`cut\xff`, spelled: String.raw`cut\xff` },
  { quoted: String.raw`cut\xfe`, spelled: String.raw`cut\xfe` },
  { quoted: String.raw`cut\\xff`, spelled: String.raw`cut\x5cxff` },
  { quoted: 'q"&<b>', spelled: 'q"&<b>' },
] as const;
const towards = (at: number) => `10.66.${at}.2`;

const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];
/** One device for each name, and one packet to it; then it holds the namespace until its input ends. */
const SCRIPT = [
  "set -e; ip link set lo up",
  ...NAMES.flatMap(({ quoted }, at) => [
    `n=$'${quoted}'; ip link add name "$n" type veth peer name p${at}; ip link set "$n" up; ip link set p${at} up`,
    `ip addr add 10.66.${at}.1/24 dev "$n"; echo >/dev/udp/${towards(at)}/9`,
  ]),
  "echo done; read end",
].join("\n");

let netns: Netns;
let daemon: DaemonProcess;
let user: Background;
let text: Tablesnoop;
let json: Tablesnoop;
let streamed: Tablesnoop;

beforeAll(async () => {
  netns = await createNetns("beacon");
  daemon = await startBackend(["--web.enable-stream"]);
  const beacon = { netns, to: "198.51.100.99" };
  text = await startTablesnoop(["-g", "-v", "-x", "--route"], beacon);
  json = await startTablesnoop(["-g", "-x", "--json", "--route"], beacon);
  streamed = await startTablesnoop(["-g", "-v", "-x", "--route", `--connect=${daemon.url}`], beacon);
  const all = [text, json, streamed];
  user = await startBackground("setpriv", [...NOBODY, "unshare", "-Urn", "bash", "-c", SCRIPT]);
  await user.waitFor("stdout", /done/, WAIT);
  const isThere = (lines: Tablesnoop, at: number) => lines.stdout().includes(towards(at));
  await waitUntil(
    "lines of each are there",
    () => all.every((lines) => NAMES.every((_, at) => isThere(lines, at))),
    WAIT,
  );
}, 60_000 * PATIENCE);

afterAll(async () => {
  await Promise.all([text, json, streamed, user, daemon].map((one) => one?.stop()));
  await netns?.remove();
});

/** What names a device in a line towards the address. */
function egresses(lines: readonly string[], at: number): string[] {
  return lines.flatMap((line) => {
    if (!line.includes(`dst: ${towards(at)} `)) return [];
    return [/egress: (.*)$/.exec(line)?.[1] ?? ""];
  });
}

test.each(NAMES.map((name, at) => ({ ...name, at })))(
  "$spelled is spelled so in text, in JSON, in the stream and in labels",
  async ({ spelled, at }) => {
    const found = egresses(text.lines(), at);
    expect(new Set(found)).toEqual(new Set([spelled]));
    expect(egresses(streamed.lines(), at)).toEqual(found);
    const objects = json.lines().map((line) => JSON.parse(line) as { dst: string; egress: string });
    const there = objects.filter(({ dst }) => dst === towards(at)).map(({ egress }) => egress);
    expect(there).toEqual(found);

    const inode = /\[(\d+)\]/.exec(readlinkSync(`/proc/${user.pid}/ns/net`))?.[1] ?? "";
    const labels = { netns: inode, family: "ipv4", table: "main", egress: spelled, result: "found" };
    // The kernel itself asks the local table once, when the device gets its address.
    const inMain = egresses(
      text.lines().filter((line) => line.includes("table id: 254 ")),
      at,
    );
    expect(value(await daemon.scrape(), ROUTES, labels)).toBe(inMain.length);
    expect(inMain.length).toBeGreaterThan(0);
  },
);

test("nothing that a terminal acts on leaves the command", () => {
  for (const { stdout } of [text, json, streamed]) {
    expect(stdout()).not.toMatch(/[^\n\P{Cc}]|\ufffd/u);
  }
});

test("a device is found by its name as it is spelled", async () => {
  const [{ spelled }] = NAMES;
  const stream = await fetch(`${daemon.url}/stream?format=json&egress=${encodeURIComponent(spelled)}`);
  expect(stream.status).toBe(200);
  const reader = stream.body?.getReader();
  const probe = ["-t", String(user.pid), "-U", "-n", "--preserve-credentials", "bash", "-c"];
  await runCommand("nsenter", [
    ...probe,
    `for to in ${NAMES.map((_, at) => towards(at)).join(" ")}; do
    echo >/dev/udp/$to/9; done`,
  ]);
  const { value: bytes } = (await reader?.read()) ?? {};
  await reader?.cancel();
  const lines = Buffer.from(bytes ?? [])
    .toString()
    .trimEnd()
    .split("\n");
  expect(new Set(lines.map((line) => JSON.parse(line).egress))).toEqual(new Set([spelled]));
});
