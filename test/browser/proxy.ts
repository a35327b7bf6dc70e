// A reverse proxy on loopback that serves another server below a path, as people put in front of a daemon.

import { once } from "node:events";
import { createServer, request } from "node:http";

/** Resolves with the address of the served path, which ends in a slash. */
export async function startProxy(target: string, path: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? "";
    if (!url.startsWith(path)) {
      outgoing.writeHead(404).end();
      return;
    }
    const passed = request(`${target}/${url.slice(path.length)}`, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    passed.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
