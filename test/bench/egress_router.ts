// A namespace that forwards, with many egress devices in it: a /24 and a /64 behind each.

import { createNetns, linkVeth, type Netns } from "../support/networks/netns.js";
import { becomeQuiet } from "../support/networks/topology.js";

export interface EgressRouter extends AsyncDisposable {
  readonly netns: Netns;
  /** Where floods come in. */
  readonly device: string;
  /** `count` destinations, spread evenly over the egress devices. */
  destinations(family: "ipv4" | "ipv6", count: number): string[];
  readonly unroutable: string;
  readonly unroutable6: string;
}

export async function createEgressRouter(egresses: number): Promise<EgressRouter> {
  const netns = await createNetns("egress");
  try {
    await netns.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
    for (let egress = 0; egress < egresses; egress++) {
      await linkVeth(
        { netns, device: `e${egress}`, addresses: [`10.201.${egress}.1/24`, `fd74:201:${egress}::1/64`] },
        { netns, device: `p${egress}` },
      );
    }
    await becomeQuiet([netns]);
  } catch (error) {
    await netns.remove();
    throw error;
  }
  return {
    netns,
    device: "e0",
    unroutable: "10.202.0.7",
    unroutable6: "fd74:202::7",
    destinations: (family, count) =>
      Array.from({ length: count }, (_, index) => {
        const [egress, host] = [index % egresses, 2 + Math.floor(index / egresses)];
        return family === "ipv4" ? `10.201.${egress}.${host}` : `fd74:201:${egress}::${host}`;
      }),
    [Symbol.asyncDispose]: () => netns.remove(),
  };
}
