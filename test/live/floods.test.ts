// Unicast frames to stations that a bridge does not know go to all its ports: each is counted once, as the ports' own
// statistics show; frames to known stations are not.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { blindSpots, seesFunctions, startBackend } from "../support/backend.js";
import { type Bridged, createBridged } from "../support/networks/bridged.js";
import { packetsSent } from "../support/networks/optional.js";
import { PATIENCE } from "../support/pace.js";
import { CommandError } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream } from "../support/processes/stream_client.js";
import { delta } from "../support/truth/scrape.js";

const FRAMES = 23;
const FLOODS = "tablesnoop_fdb_floods_total";
/** To whom the station speaks. */
const NOBODY = "02:74:73:ff:00:99";

let daemon: DaemonProcess;
let network: Bridged | undefined;
let unfit = "";

beforeAll(async () => {
  // The bridge may be a module, which must be there before the daemon looks for it.
  try {
    network = await createBridged({ ports: 3 });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    unfit = `no bridge can be made here: ${error.message.split("\n")[0]}`;
    return;
  }
  daemon = await startBackend(["--web.enable-stream"]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await network?.remove();
});

beforeEach((context) => {
  if (unfit !== "") context.skip(unfit);
});

function bridged(): Bridged {
  return network ?? expect.fail("no bridge");
}

test("a backend that cannot see floods says so, and counts the changes all the same", async () => {
  const about = (await blindSpots(daemon)).filter((line) => line.startsWith("bridge "));
  expect(about).toEqual(seesFunctions ? [] : ["bridge floods are not counted: the kernel has no tracepoint for them"]);
});

test(`${FRAMES} frames to an unknown station are floods, and none to a known one is`, async () => {
  const { netns, bridge, port, speakAt } = bridged();
  await using stream = await openStream(daemon, { kind: "fdb", netns: netns.name });
  const [before, sentBefore] = [await daemon.scrape(), await packetsSent(netns, port(3))];
  for (let frame = 0; frame < FRAMES; frame++) await speakAt(1);
  const [flooded, sent] = [await daemon.scrape(), await packetsSent(netns, port(3))];
  expect(sent - sentBefore).toBe(FRAMES);

  await netns.exec("bridge", ["fdb", "add", NOBODY, "dev", port(2), "master", "static"]);
  for (let frame = 0; frame < FRAMES; frame++) await speakAt(1);
  const after = await daemon.scrape();
  expect(await packetsSent(netns, port(3))).toBe(sent);
  const of = { netns: netns.name, bridge };
  if (!seesFunctions) {
    expect(after.filter(({ name }) => name === FLOODS)).toEqual([]);
    return;
  }
  expect([delta(before, flooded, FLOODS, of), delta(flooded, after, FLOODS, of)]).toEqual([FRAMES, 0]);
  const lines = await stream.settled(1 + FRAMES);
  const flood = `fdb: mac: ${NOBODY} bridge: ${bridge} flooded from: ${port(1)}`;
  expect(lines.filter((line) => line.includes(" flooded "))).toEqual(Array.from({ length: FRAMES }, () => flood));
});
