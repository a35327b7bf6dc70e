// Packets a second through a router, with and without the daemon: UDP from A over R to B, all on one CPU.

import { createLine, type Line } from "../support/networks/topology.js";
import { send, startSink } from "../support/traffic/send.js";
import { type Figure, medianFigure, paired } from "./figure.js";
import { alternate, bare, tablesnoop } from "./variant.js";

const ROUNDS = 11;
const SECONDS = 0.5;
const PORT = 9;
const CPU = 1;
const FAMILIES = ["ipv4", "ipv6"] as const;

export async function measureForwarding(cpus: number): Promise<Figure[]> {
  await using line = await createLine();
  await using _sink = await startSink(line.b, PORT);
  const rounds = new Map<string, number[]>();
  await alternate([bare, tablesnoop], ROUNDS, async (variant) => {
    for (const family of FAMILIES) {
      const name = `forwarding ${family}: ${variant.name}`;
      const rate = await packetsPerSecond(line, family, Math.min(CPU, cpus - 1));
      rounds.set(name, [...(rounds.get(name) ?? []), rate]);
    }
  });
  return FAMILIES.flatMap((family) => {
    const without = rounds.get(`forwarding ${family}: ${bare.name}`) ?? [];
    const watched = rounds.get(`forwarding ${family}: ${tablesnoop.name}`) ?? [];
    return [
      medianFigure(`forwarding ${family}: ${bare.name}`, "packets/s", without),
      medianFigure(`forwarding ${family}: ${tablesnoop.name}`, "packets/s", watched),
      medianFigure(
        `forwarding ${family}: tablesnoop / bare`,
        "",
        paired(watched, without, (ours, theirs) => ours / theirs),
      ),
    ];
  });
}

async function packetsPerSecond(line: Line, family: (typeof FAMILIES)[number], cpu: number): Promise<number> {
  const before = await forwarded(line, family);
  const count = 100_000_000;
  const { seconds } = await send(line.a, "burst", {
    to: line.address.b[family],
    port: PORT,
    count,
    seconds: SECONDS,
    cpu,
  });
  const packets = (await forwarded(line, family)) - before;
  if (packets === 0) throw new Error(`measure forwarding of ${family}: R forwarded nothing`);
  return packets / seconds;
}

/** R's own account: ForwDatagrams of /proc/net/snmp, Ip6OutForwDatagrams of /proc/net/snmp6. */
async function forwarded(line: Line, family: (typeof FAMILIES)[number]): Promise<number> {
  const { stdout } = await line.r.exec("cat", ["/proc/net/snmp", "/proc/net/snmp6"]);
  if (family === "ipv6") return Number(/^Ip6OutForwDatagrams\s+(\d+)$/m.exec(stdout)?.[1]);
  const [names = [], values = []] = [...stdout.matchAll(/^Ip: (.*)$/gm)].map(([, line = ""]) => line.split(" "));
  return Number(values[names.indexOf("ForwDatagrams")]);
}
