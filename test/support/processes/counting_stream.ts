// A client of the daemon's stream that keeps no line: it counts what was delivered and what was told as dropped, in any of
// the three formats, so that it can listen to a flood for a minute.

import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { LineFormat } from "../../../daemon/native/session.js";
import { PATIENCE } from "../pace.js";
import { waitUntil } from "../wait_until.js";
import type { DaemonProcess } from "./daemon_process.js";

export interface Account {
  readonly delivered: number;
  /** As the stream itself told. */
  readonly dropped: number;
}

export interface CountingStream extends AsyncDisposable {
  account(): Account;
  /** Waits until delivered and dropped make up so many, and no more than that come. */
  accountedFor(made: number): Promise<Account>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

const DROPPED = {
  text: /^# dropped (\d+) lines$/,
  json: /^\{"dropped":(\d+)\}$/,
  sse: /^data: \{"dropped":(\d+)\}$/,
} as const satisfies Readonly<Record<LineFormat, RegExp>>;

/** First bytes of lines that are lookups. */
const LOOKUP = {
  text: ["v4: ", "v6: ", "rule4: ", "rule6: ", "netns: "],
  json: ['{"time"'],
  sse: ['data: {"time"'],
} as const;

/** Returns once the daemon listens for this client. Throws on any other answer than 200. */
export async function openCountingStream(
  daemon: Pick<DaemonProcess, "url">,
  format: LineFormat,
  query: Readonly<Record<string, string>> = {},
): Promise<CountingStream> {
  const sent = request(`${daemon.url}/stream?${new URLSearchParams({ format, ...query })}`, { agent: false });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) {
    sent.destroy();
    throw new Error(`open the stream: status ${response.statusCode}`);
  }
  const counts = { delivered: 0, dropped: 0 };
  let strange: string | undefined;
  let rest = "";
  const take = (line: string) => {
    if (LOOKUP[format].some((start) => line.startsWith(start))) {
      counts.delivered += 1;
      return;
    }
    const told = DROPPED[format].exec(line)?.[1];
    if (told !== undefined) counts.dropped += Number(told);
    else if (!["", "# quiet", ": quiet", "event: dropped"].includes(line)) strange ??= line;
  };
  response.setEncoding("latin1").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  response.on("error", () => undefined);
  let lastAt = performance.now();
  response.on("data", () => {
    lastAt = performance.now();
  });
  const ended = new Promise<void>((resolve) => response.on("close", () => resolve()));
  const account = () => {
    if (strange !== undefined) throw new Error(`read the stream: ${JSON.stringify(strange)} is no line`);
    return { ...counts };
  };
  const close = async () => {
    sent.destroy();
    await ended;
  };
  return {
    account,
    accountedFor: async (made) => {
      const say = () =>
        `${counts.delivered} delivered, ${counts.dropped} dropped of ${made}, as ${format}; ` +
        `${response.closed ? "it has ended" : "it is open"}, the last bytes came ${Math.round(performance.now() - lastAt)} ms ago`;
      await waitUntil("all lookups are accounted for", () => counts.delivered + counts.dropped >= made, {
        timeoutMs: 20_000 * PATIENCE,
      }).catch((cause: unknown) => {
        throw new Error(`${String(cause)}: ${say()}`, { cause });
      });
      if (counts.delivered + counts.dropped > made) throw new Error(`read the stream: ${say()}`);
      return account();
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
