// Segment routing as an operator sees it: one ping over eight routers, there in compressed segments and back in full ones,
// and every lookup it takes, in order. The golden list is what the original tool printed for the same ping over the same
// network, where lookups that failed (the local table first, for most) were not shown.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BACKEND } from "../support/backend.js";
import { type Lines, openLines } from "../support/lines.js";
import { createSrv6Network, type Srv6Network } from "../support/networks/srv6_network.js";
import { PATIENCE } from "../support/pace.js";
import { projectPath } from "../support/project_path.js";

const ECHO = "src: fd00:0:13::2  dst: fd00:0:83::2";
const REPLY = "src: fd00:0:83::2  dst: fd00:0:13::2";

/** netns, iif, oif, table, flow label (none, the request's, the reply's), addresses, answer: of the tutorial's network. */
const GOLDEN = [
  "h13 lo - 254 none src: ::  dst: fd00:0:83::2 --> gw: fd00:0:13::1 egress: h13-r1",
  "h13 lo - 254 none src: ::  dst: fd00:0:83::2 --> gw: fd00:0:13::1 egress: h13-r1",
  `r1 r1-h13 - 254 request ${ECHO} --> gw: :: egress: dum0`,
  "r1 r1-h13 - 254 request src: fcff:1::1  dst: fcff:20e:70e:40e:50e:8d6:: --> gw: fcf0:0:1:2::2 egress: r1-r2",
  "r2 r2-r1 - 254 request src: fcff:1::1  dst: fcff:20e:70e:40e:50e:8d6:: --> gw: :: egress: dum0",
  "r2 r2-r1 - 254 request src: fcff:1::1  dst: fcff:70e:40e:50e:8d6:: --> gw: fcf0:0:2:7::7 egress: r2-r7",
  "r7 r7-r2 - 254 request src: fcff:1::1  dst: fcff:70e:40e:50e:8d6:: --> gw: :: egress: dum0",
  "r7 r7-r2 - 254 request src: fcff:1::1  dst: fcff:40e:50e:8d6:: --> gw: fcf0:0:6:7::6 egress: r7-r6",
  "r6 r6-r7 - 254 request src: fcff:1::1  dst: fcff:40e:50e:8d6:: --> gw: fcf0:0:4:6::4 egress: r6-r4",
  "r4 r4-r6 - 254 request src: fcff:1::1  dst: fcff:40e:50e:8d6:: --> gw: :: egress: dum0",
  "r4 r4-r6 - 254 request src: fcff:1::1  dst: fcff:50e:8d6:: --> gw: fcf0:0:4:5::5 egress: r4-r5",
  "r5 r5-r4 - 254 request src: fcff:1::1  dst: fcff:50e:8d6:: --> gw: :: egress: dum0",
  "r5 r5-r4 - 254 request src: fcff:1::1  dst: fcff:8d6:: --> gw: fcf0:0:5:6::6 egress: r5-r6",
  "r6 r6-r5 - 254 request src: fcff:1::1  dst: fcff:8d6:: --> gw: fcf0:0:6:8::8 egress: r6-r8",
  "r8 r8-r6 - 254 request src: fcff:1::1  dst: fcff:8d6:: --> gw: :: egress: dum0",
  `r8 r8-r6 - 254 request ${ECHO} --> gw: :: egress: r8-h83`,
  `h83 h83-r8 - 255 request ${ECHO} --> gw: :: egress: h83-r8`,
  `h83 lo h83-r8 254 none ${REPLY} --> gw: fd00:0:83::1 egress: h83-r8`,
  `r8 r8-h83 - 254 reply ${REPLY} --> gw: :: egress: dum0`,
  "r8 r8-h83 - 254 reply src: fcff:8::1  dst: fcff:7::e --> gw: fcf0:0:7:8::7 egress: r8-r7",
  "r7 r7-r8 - 254 reply src: fcff:8::1  dst: fcff:7::e --> gw: :: egress: dum0",
  "r7 r7-r8 - 254 reply src: fcff:8::1  dst: fcff:6::e --> gw: fcf0:0:6:7::6 egress: r7-r6",
  "r6 r6-r7 - 254 reply src: fcff:8::1  dst: fcff:6::e --> gw: :: egress: dum0",
  "r6 r6-r7 - 254 reply src: fcff:8::1  dst: fcff:5::e --> gw: fcf0:0:5:6::5 egress: r6-r5",
  "r5 r5-r6 - 254 reply src: fcff:8::1  dst: fcff:5::e --> gw: :: egress: dum0",
  "r5 r5-r6 - 254 reply src: fcff:8::1  dst: fcff:3::e --> gw: fcf0:0:4:5::4 egress: r5-r4",
  "r4 r4-r5 - 254 reply src: fcff:8::1  dst: fcff:3::e --> gw: fcf0:0:3:4::3 egress: r4-r3",
  "r3 r3-r4 - 254 reply src: fcff:8::1  dst: fcff:3::e --> gw: :: egress: dum0",
  "r3 r3-r4 - 254 reply src: fcff:8::1  dst: fcff:2::e --> gw: fcf0:0:2:3::2 egress: r3-r2",
  "r2 r2-r3 - 254 reply src: fcff:8::1  dst: fcff:2::e --> gw: :: egress: dum0",
  "r2 r2-r3 - 254 reply src: fcff:8::1  dst: fcff:1::d6 --> gw: fcf0:0:1:2::1 egress: r2-r1",
  "r1 r1-r2 - 254 reply src: fcff:8::1  dst: fcff:1::d6 --> gw: :: egress: dum0",
  `r1 r1-r2 - 254 reply ${REPLY} --> gw: :: egress: r1-h13`,
  `h13 h13-r1 - 255 reply ${REPLY} --> gw: :: egress: h13-r1`,
];

const reason = skipReason();

let network: Srv6Network;
let lines: Lines;
let cookies: ReadonlyMap<string, string>;

describe("the SRv6 tutorial's network", () => {
  beforeAll(async () => {
    if (reason) return;
    network = await createSrv6Network();
    cookies = await cookiesOf(network);
    lines = openLines({ kinds: ["route"], families: ["ipv6"], foundOnly: true });
  }, 60_000 * PATIENCE);

  afterAll(async () => {
    lines?.[Symbol.dispose]();
    await network?.[Symbol.asyncDispose]();
  });

  test("a ping from h13 to h83 makes the 34 lookups of the golden list, in order, and no others", async (context) => {
    if (reason) context.skip(reason);
    const h13 = { exec: (program: string, args: readonly string[]) => network.exec("h13", program, args) };
    const ping = () => h13.exec("ping", ["-6", "-n", "-c", "1", "-W", "5", "fd00:0:83::2"]);
    // The first ping of this network: a tunnel remembers its route for each CPU, and a second one would ask less often.
    const seen = await lines.during(h13, ping);

    const labels = new Map(["request", "reply"].map((which, at) => [which, labelOf(seen[at === 0 ? 2 : 18] ?? "")]));
    expect(labels.get("request")).not.toBe(labels.get("reply"));
    expect(seen).toEqual(GOLDEN.map((line) => spelledOut(line, cookies, labels)));
  });
});

function skipReason(): string {
  if (BACKEND !== "trampoline") return "run once for each kernel, with the trampoline backend";
  return "";
}

function labelOf(line: string): string {
  return / flowlabel: ([0-9a-f]+) /.exec(line)?.[1] ?? "";
}

/** A golden line as the network of this run shows it. */
function spelledOut(line: string, netns: ReadonlyMap<string, string>, labels: ReadonlyMap<string, string>): string {
  const [, node = "", iif, oif, table, label = "", rest] = /^(\S+) (\S+) (\S+) (\S+) (\S+) (.*)$/.exec(line) ?? [];
  const flowlabel = label === "none" ? "0" : labels.get(label);
  const before = `netns: ${netns.get(node)} iif: ${iif} oif: ${oif} table id: ${table}`;
  return `${before} dscp: 0 flowlabel: ${flowlabel} v6: ${rest}`;
}

async function cookiesOf({ names, exec }: Srv6Network): Promise<Map<string, string>> {
  const cookies = new Map<string, string>();
  for (const node of names.keys()) {
    const { stdout } = await exec(node, projectPath("dist/test/flood/send"), ["cookie"]);
    cookies.set(node, stdout.trim());
  }
  return cookies;
}
