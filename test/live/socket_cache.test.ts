// Connected sockets remember their route: what they send costs no lookup, and is counted, one for each datagram and segment by
// the kernel's own account.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blindSpots, seesFunctions, startBackend } from "../support/backend.js";
import { becomeQuiet, createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream } from "../support/processes/stream_client.js";
import { startSink } from "../support/traffic/send.js";
import { readSegments } from "../support/truth/mib.js";
import { delta } from "../support/truth/scrape.js";

const SENDS = 23;
const PORT = 7032;
/** Whoever connects makes sure of the route before the first segment, and again once the connection stands. */
const ASKED_TO_BEGIN = 2;
const HITS = "tablesnoop_socket_cache_hits_total";

/** Answers each byte by one, and says goodbye first. */
const SERVER = `require("net").createServer((socket) => {
  let bytes = 0;
  socket.on("data", (data) => { socket.write(data); if ((bytes += data.length) === ${SENDS}) socket.end(); });
}).listen(${PORT}, "::", () => console.log("ready"));`;
const CLIENT = (to: string) => `const socket = require("net").connect(${PORT}, "${to}", () => socket.write("x"));
  let bytes = 0;
  socket.setNoDelay(true).on("data", () => { if (++bytes < ${SENDS}) socket.write("x"); });`;

let daemon: DaemonProcess;
let pair: Pair;
let sink: Background;
let server: Background;

beforeAll(async () => {
  pair = await createPair();
  sink = await startSink(pair.peer, PORT);
  server = await startBackground("nsenter", [`--net=${pair.peer.path}`, "--", process.execPath, "-e", SERVER]);
  await server.waitFor("stdout", /ready/, { timeoutMs: 20_000 * PATIENCE });
  await becomeQuiet([pair.host, pair.peer]);
  daemon = await startBackend(["--collector.socket-cache", "--web.enable-stream"]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await server?.stop();
  await sink?.stop();
  await pair?.remove();
});

test("a backend that cannot see them says so", async () => {
  const about = (await blindSpots(daemon)).filter((text) => text.startsWith("cached socket routes "));
  expect(about).toEqual(
    seesFunctions ? [] : ["cached socket routes are not counted: the kernel has no tracepoint for them"],
  );
});

describe.each(["ipv4", "ipv6"] as const)("%s", (family) => {
  test("each datagram of a connected socket is one", async () => {
    const { host, address } = pair;
    const to = address.peer[family];
    const before = await daemon.scrape();
    const query = { netns: host.name, kind: "socket-cache", dst: to };
    await using stream = seesFunctions ? await openStream(daemon, query) : undefined;
    const sends = `exec 3<>/dev/udp/${to}/${PORT}; for send in $(seq ${SENDS}); do echo >&3; done`;
    await host.exec("bash", ["-ec", sends]);
    const after = await daemon.scrape();
    if (stream === undefined) {
      expect(after.filter(({ name }) => name === HITS)).toEqual([]);
      return;
    }
    expect(delta(before, after, HITS, { netns: host.name, family, egress: "host-peer" })).toBe(SENDS);
    const [tag, gateway] = family === "ipv4" ? ["socket4", ""] : ["socket6", "::"];
    const line = `${tag}: src: ${address.host[family]} dst: ${to} --> gw: ${gateway} egress: host-peer`;
    expect(await stream.settled(SENDS)).toEqual(Array(SENDS).fill(line));
  });

  test("each segment of a connection is one, and its begin two", async (context) => {
    if (!seesFunctions) context.skip("the backend does not see them");
    const { host, address } = pair;
    const [before, segmentsBefore] = [await daemon.scrape(), await readSegments(host)];
    await host.exec(process.execPath, ["-e", CLIENT(address.peer[family])]);
    const [after, segmentsAfter] = [await daemon.scrape(), await readSegments(host)];
    expect(segmentsAfter - segmentsBefore).toBeGreaterThan(SENDS);
    const hits = delta(before, after, HITS, { netns: host.name, family, egress: "host-peer" });
    expect(hits).toBe(segmentsAfter - segmentsBefore + ASKED_TO_BEGIN);
  });
});
