// Many routers on one port: the exposition of a real daemon, replayed below one path for each router. Counters go on from
// what they were, at the pace at which they had got there; what a router loses for want of a route, the test says.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A namespace of the exposition, and how many packets a second it loses there. */
export interface Loss {
  readonly router: number;
  readonly netns: string;
  readonly family: "ipv4" | "ipv6";
  readonly packetsPerSecond: number;
}

export interface SimulatedFleet extends AsyncDisposable {
  /** Targets for Prometheus' file discovery, with their paths as labels. */
  readonly targets: readonly Target[];
}

interface Target {
  readonly targets: readonly [string];
  readonly labels: Readonly<Record<string, string>>;
}

/** What the counters of the exposition took to become what they are. */
const PAST_SECONDS = 60;
const SAMPLE = /^(\w+)(\{.*\})? (\S+)$/;

export function routerName(router: number): string {
  return `router-${String(router).padStart(3, "0")}`;
}

export async function startFleet(
  routers: number,
  exposition: string,
  losses: readonly Loss[],
): Promise<SimulatedFleet> {
  const lines = exposition.split("\n").map(readLine);
  const begin = performance.now();
  const server = createServer((request, response) => {
    const router = Number(/^\/router-(\d+)\/metrics$/.exec(request.url ?? "")?.[1] ?? Number.NaN);
    if (!(router < routers)) {
      response.writeHead(404).end();
      return;
    }
    const own = losses.filter((loss) => loss.router === router);
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
    response.end(render(lines, (performance.now() - begin) / 1000, own));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const targets = Array.from({ length: routers }, (_, router): Target => {
    const name = routerName(router);
    return {
      targets: [`127.0.0.1:${port}`],
      labels: { instance: name, __metrics_path__: `/${name}/metrics` },
    };
  });
  return {
    targets,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Line = string | { readonly name: string; readonly labels: string; readonly value: number };

/** Counters that rise; all else stays as it was. */
function readLine(line: string): Line {
  const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
  return name.endsWith("_total") && Number.isFinite(Number(value)) ? { name, labels, value: Number(value) } : line;
}

function render(lines: readonly Line[], seconds: number, losses: readonly Loss[]): string {
  return lines
    .map((line) => {
      if (typeof line === "string") return line;
      const { name, labels, value } = line;
      if (name !== "tablesnoop_no_route_total") return `${name}${labels} ${value + (value * seconds) / PAST_SECONDS}`;
      const loss = losses.find((one) => labels === `{netns="${one.netns}",family="${one.family}",direction="out"}`);
      return `${name}${labels} ${(loss?.packetsPerSecond ?? 0) * seconds}`;
    })
    .join("\n");
}
