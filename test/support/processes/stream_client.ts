// A client of the daemon's stream: what arrived so far, as lines.

import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { PATIENCE } from "../pace.js";
import { waitUntil } from "../wait_until.js";
import type { DaemonProcess } from "./daemon_process.js";

export interface StreamClient extends AsyncDisposable {
  /** All that arrived, without the beats of quiet times. */
  lines(): string[];
  /** Waits until there are so many lines, and then until there are no more for a tenth of a second. */
  settled(atLeast: number): Promise<string[]>;
  pause(): void;
  resume(): void;
  /** The daemon ended the answer as it should. */
  readonly ended: Promise<boolean>;
  close(): Promise<void>;
}

/** Returns once the daemon listens for this client. Throws on any other answer than 200. */
export async function openStream(
  daemon: Pick<DaemonProcess, "url">,
  query: Readonly<Record<string, string>> = {},
): Promise<StreamClient> {
  const sent = request(`${daemon.url}/stream?${new URLSearchParams(query)}`, { agent: false });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) {
    throw new Error(`open the stream: status ${response.statusCode}; ${await response.setEncoding("utf8").toArray()}`);
  }
  const chunks: string[] = [];
  response.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  response.on("error", () => undefined);
  const ended = new Promise<boolean>((resolve) => response.on("close", () => resolve(response.complete)));
  const close = async () => {
    sent.destroy();
    await ended;
  };
  const lines = () => {
    const all = chunks.join("").split("\n");
    return all.slice(0, -1).filter((line) => line !== "# quiet");
  };
  return {
    lines,
    settled: async (atLeast) => {
      let arrived = -1;
      await waitUntil(
        `${atLeast} lines have come`,
        () => {
          const before = arrived;
          arrived = chunks.length;
          return arrived === before && lines().length >= atLeast;
        },
        { intervalMs: 100, timeoutMs: 10_000 * PATIENCE },
      ).catch((cause: unknown) => {
        throw new Error(`${String(cause)}; there are:\n${lines().slice(-20).join("\n")}`, { cause });
      });
      return lines();
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    ended,
    close,
    [Symbol.asyncDispose]: close,
  };
}
