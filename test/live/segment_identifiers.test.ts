// Packets for segment identifiers: processed or dropped, against the kernel's own count at each, and one inside of another.

import { afterAll, beforeAll, expect, test } from "vitest";
import { blindSpots, seesFunctions, startBackend } from "../support/backend.js";
import { becomeQuiet, createLine, type Line } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream } from "../support/processes/stream_client.js";
import { send } from "../support/traffic/send.js";
import { delta, total } from "../support/truth/scrape.js";
import { readIdentifier } from "../support/truth/segment_identifiers.js";
import { waitUntil } from "../support/wait_until.js";

const PINGS = 23;
const PACKETS = "tablesnoop_sid_packets_total";
const [END, SECOND_END, DECAPSULATES] = ["fc00:1::e", "fc00:1::e2", "fc00:1::d4"];
/** Behind the router, by the segments that lead there. */
const THROUGH = { "fc00:9::1": `${END},${SECOND_END}`, "fc00:9::4": DECAPSULATES } as const;

let daemon: DaemonProcess;
let line: Line;

beforeAll(async () => {
  line = await createLine();
  const { a, r, b, address } = line;
  await r.sysctl({
    "net.ipv6.conf.all.seg6_enabled": 1,
    "net.ipv6.conf.default.seg6_enabled": 1,
    "net.ipv6.conf.r-a.seg6_enabled": 1,
  });
  await r.ip(
    ...[END, SECOND_END].map((identifier) => `route add ${identifier} encap seg6local action End count dev r-b`),
    // What comes is an IPv6 packet, and it has no way to send that as IPv4.
    `route add ${DECAPSULATES} encap seg6local action End.DX4 nh4 ${address.b.ipv4} count dev r-b`,
  );
  await b.ip("addr add fc00:9::1/128 dev lo");
  await a.ip(
    ...Object.entries(THROUGH).map(
      ([to, segments]) => `route add ${to} encap seg6 mode encap segs ${segments} via ${address.ra.ipv6} dev a-r`,
    ),
  );
  await becomeQuiet([a, r, b]);
  daemon = await startBackend(["--web.enable-stream"]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await line?.remove();
});

test("a backend that cannot see them says so", async () => {
  const about = (await blindSpots(daemon)).filter((text) => text.startsWith("SRv6 packets "));
  expect(about).toEqual(seesFunctions ? [] : ["SRv6 packets are not counted: the kernel has no tracepoint for them"]);
});

test("what an identifier cannot do is dropped, and counted as the kernel counts it there", async () => {
  const { a, r, address } = line;
  const before = await daemon.scrape();
  await using stream = seesFunctions ? await openStream(daemon, { netns: r.name, kind: "srv6" }) : undefined;
  await send(a, "ping", { to: "fc00:9::4", count: PINGS });
  await waitUntil("the kernel has dropped all", async () => (await readIdentifier(r, DECAPSULATES)).errors >= PINGS);
  expect(await readIdentifier(r, DECAPSULATES)).toEqual({ packets: 0, errors: PINGS });
  const after = await daemon.scrape();
  const counted = ["dropped", "processed"].map((result) =>
    delta(before, after, PACKETS, { netns: r.name, action: "End.DX4", result }),
  );
  if (stream === undefined) {
    expect(after.filter(({ name }) => name === PACKETS)).toEqual([]);
    return;
  }
  expect(counted).toEqual([PINGS, 0]);
  const text = `srv6: src: ${address.a.ipv6} dst: ${DECAPSULATES} iif: r-a action: End.DX4 `;
  expect(await stream.settled(PINGS)).toEqual(Array(PINGS).fill(text));
});

test("two identifiers of one packet count it once each, the inner one first", async (context) => {
  if (!seesFunctions) context.skip("the backend does not see them");
  const { a, r } = line;
  const before = await daemon.scrape();
  await using stream = await openStream(daemon, { netns: r.name, kind: "srv6", format: "json" });
  await send(a, "ping", { to: "fc00:9::1", count: PINGS });
  const identifiers = [END, SECOND_END];
  const counts = () => Promise.all(identifiers.map((identifier) => readIdentifier(r, identifier)));
  await waitUntil("the kernel has taken all", async () =>
    (await counts()).every(({ packets, errors }) => packets + errors >= PINGS),
  );
  const truth = await counts();
  const after = await daemon.scrape();
  const sum = (word: "packets" | "errors") => truth.reduce((all, one) => all + one[word], 0);
  const labels = { netns: r.name, action: "End" };
  expect(delta(before, after, PACKETS, { ...labels, result: "processed" })).toBe(sum("packets"));
  expect(delta(before, after, PACKETS, { ...labels, result: "dropped" })).toBe(sum("errors"));
  expect(total(after, PACKETS, { netns: "unknown" })).toBe(0);
  const told = (await stream.settled(2 * PINGS)).map((text) => (JSON.parse(text) as { dst: string }).dst);
  expect(told).toEqual(Array.from({ length: PINGS }, () => [SECOND_END, END]).flat());
});
