// A bridge and a station with a link to each of its ports. Every link's end at the station has the same hardware address,
// so a frame sent by another link is the station's move to another port. Nothing else in here sends anything.

import { send } from "../traffic/send.js";
import { createNetns, type Netns } from "./netns.js";
import { becomeQuiet } from "./topology.js";

/** Where a port is in a VLAN by default, an address that is configured stands in the table once more, for that VLAN. */
const NO_VLANS = "vlan_default_pvid 0";

export interface Bridged extends AsyncDisposable {
  /** Where the bridge is. Ports: `BRIDGE-1` and up. */
  readonly netns: Netns;
  readonly station: Netns;
  readonly bridge: string;
  readonly mac: string;
  /** The station sends one frame to the port, from 1, in a VLAN if that is not 0. */
  speakAt(port: number, vlan?: number): Promise<void>;
  port(port: number): string;
  remove(): Promise<void>;
}

export interface BridgedOptions {
  readonly ports: number;
  readonly bridge?: string;
  readonly mac?: string;
  /** Words of `ip link add type bridge`; without them it tells no VLANs apart. */
  readonly settings?: string;
  /** Tagged ones on every port; then the bridge must tell VLANs apart. */
  readonly vlans?: readonly number[];
  /** Where the bridge shall be; a namespace of its own if absent. */
  readonly netns?: Netns;
}

const SILENT = { "net.ipv6.conf.all.disable_ipv6": 1, "net.ipv6.conf.default.disable_ipv6": 1 };
const NOBODY = "02:74:73:ff:00:99";
const PORT = 7001;

export async function createBridged(options: BridgedOptions): Promise<Bridged> {
  const { ports, bridge = "br0", mac = "02:74:73:ff:00:01", settings = "", vlans = [] } = options;
  const netns = options.netns ?? (await createNetns("switch"));
  const own: Netns[] = options.netns === undefined ? [netns] : [];
  const remove = async () => {
    for (const part of own) await part.remove();
  };
  try {
    const station = await createNetns("station");
    own.push(station);
    for (const part of own) await part.sysctl(SILENT);
    await netns.ip(
      `link add ${bridge} type bridge forward_delay 0 mcast_snooping 0 ${settings || NO_VLANS}`,
      `link set ${bridge} up`,
    );
    for (let port = 1; port <= ports; port++) await connect(port);
    await becomeQuiet([netns, station]);
    return {
      netns,
      station,
      bridge,
      mac,
      port: (port) => `${bridge}-${port}`,
      speakAt: async (port, vlan = 0) => {
        await send(station, "udp", { to: address(port, vlan, 9), count: 1, port: PORT });
      },
      remove,
      [Symbol.asyncDispose]: remove,
    };

    async function connect(port: number): Promise<void> {
      const [here, there] = [`${bridge}-${port}`, `s${port}`];
      await netns.ip(
        `link add ${here} type veth peer name ${there} address ${mac} netns ${station.name}`,
        `link set ${here} master ${bridge}`,
        `link set ${here} up`,
      );
      await station.ip(`link set ${there} up`, ...speaker(there, port, 0));
      for (const vlan of vlans) {
        await netns.exec("bridge", ["vlan", "add", "dev", here, "vid", String(vlan)]);
        const tagged = `${there}.${vlan}`;
        await station.ip(
          `link add link ${there} name ${tagged} type vlan id ${vlan}`,
          `link set ${tagged} up`,
          ...speaker(tagged, port, vlan),
        );
      }
    }
  } catch (error) {
    await remove();
    throw error;
  }
}

/** An address and a neighbour to send to without asking for it. */
function speaker(device: string, port: number, vlan: number): string[] {
  return [
    `addr add ${address(port, vlan, 1)}/24 dev ${device}`,
    `neigh add ${address(port, vlan, 9)} lladdr ${NOBODY} dev ${device} nud permanent`,
  ];
}

function address(port: number, vlan: number, host: number): string {
  return `10.${100 + port}.${vlan}.${host}`;
}
