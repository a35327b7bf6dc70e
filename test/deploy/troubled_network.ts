// Packets that have a route and do not arrive, of every kind the dashboards have a row for.

import { setTimeout as pause } from "node:timers/promises";
import { createBridged } from "../support/networks/bridged.js";
import type { Line } from "../support/networks/topology.js";
import { send } from "../support/traffic/send.js";

/** Networks of R's own, for what is sent from there. */
const BEHIND_TUNNEL = "10.251.1.2";
const BEHIND_SEGMENTS = "10.251.2.1";
const SEGMENT = "fd74:5e6::1";
const CHANGING = "10.251.3.0/24";
const PAUSE_MS = 200;

/**
 * Until stopped: a host beside B that does not answer; sources of B's network that come from A, which R must filter; a
 * tunnel of R without an outer route; routes of R into segments of SRv6, and one that comes and goes; a station that a
 * bridge sees at two ports in turn.
 */
export async function startTroubles(line: Line): Promise<AsyncDisposable> {
  const { a, r, address } = line;
  const [absent, forged] = [hostBeside(address.b.ipv4, 77), hostBeside(address.b.ipv4, 88)];
  await a.ip(`addr add ${forged}/32 dev lo`);
  await r.ip(
    `link add nowhere type vxlan id 7 dstport 4789 remote ${address.nowhere.ipv4}`,
    `addr add ${hostBeside(BEHIND_TUNNEL, 1)}/24 dev nowhere`,
    "link set nowhere up",
    `neigh add ${BEHIND_TUNNEL} lladdr 02:74:73:ff:00:02 dev nowhere nud permanent`,
    `route add ${BEHIND_SEGMENTS}/32 encap seg6 mode encap segs ${address.nowhere.ipv6} dev r-b`,
    `route add ${SEGMENT}/128 encap seg6local action End dev r-b`,
  );
  const bridged = await createBridged({ ports: 2 });
  let isStopped = false;
  const run = async () => {
    for (let time = 0; !isStopped; time += 1) {
      await send(a, "udp", { to: absent, count: 2 });
      await send(a, "udp", { to: address.b.ipv4, from: forged, count: 2 });
      for (const to of [BEHIND_TUNNEL, BEHIND_SEGMENTS, SEGMENT]) await send(r, "udp", { to, count: 2 });
      await r.ip(`route ${time % 2 === 0 ? "add" : "del"} ${CHANGING} dev r-b`);
      await bridged.speakAt(1 + (time % 2));
      await pause(PAUSE_MS);
    }
  };
  const ended = run();
  return {
    [Symbol.asyncDispose]: async () => {
      isStopped = true;
      await ended.finally(() => bridged.remove());
    },
  };
}

function hostBeside(address: string, host: number): string {
  return address.replace(/\d+$/, String(host));
}
