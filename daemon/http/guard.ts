// What every request meets before any route: the rate limit, the configured headers, and the login. Unix sockets are
// guarded by their file's mode and group instead, and get the headers only.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "pino";
import { BcryptThread } from "../login/bcrypt_thread.js";
import { Logins } from "../login/logins.js";
import { RateLimiter } from "../login/rate_limiter.js";
import type { WebConfigFile } from "../web_config/config_file.js";
import { announcesBody } from "./request_body.js";

interface GuardOptions {
  readonly file: Pick<WebConfigFile, "current" | "look">;
  readonly log: Logger;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  readonly thread?: BcryptThread;
}

export class Guard {
  readonly #file: GuardOptions["file"];
  readonly #log: Logger;
  readonly #clock: () => number;
  readonly #thread: BcryptThread;
  readonly #logins: Logins;
  #limiter: RateLimiter | undefined;

  constructor({ file, log, clock, thread = new BcryptThread() }: GuardOptions) {
    this.#file = file;
    this.#log = log;
    this.#clock = clock;
    this.#thread = thread;
    this.#logins = new Logins(thread);
  }

  /** Calls `enter` now or later, or answers itself. */
  admit(request: IncomingMessage, response: ServerResponse, enter: () => void): void {
    this.#file.look();
    const { headers, users, rateLimit } = this.#file.current;
    const client = request.socket.remoteAddress;
    if (client !== undefined && rateLimit !== undefined && !this.#limiterOf(rateLimit).take()) {
      const seconds = this.#limiter?.retryAfterSeconds ?? 1;
      refuse(request, response, 429, "Too many requests.", { "retry-after": String(seconds) });
      return;
    }
    for (const [name, value] of headers) response.setHeader(name, value);
    if (client === undefined || users.size === 0) {
      enter();
      return;
    }
    const verdict = this.#logins.check(request.headers.authorization, users, client);
    if (verdict === "right") {
      enter();
      return;
    }
    Promise.resolve(verdict).then(
      (given) => {
        if (response.destroyed || request.socket.destroyed) return;
        if (given === "right") enter();
        else if (given === "busy") refuse(request, response, 503, "Too many logins are being checked.", AGAIN);
        else refuse(request, response, 401, "A user name and its password are needed.", CHALLENGE);
      },
      (error: unknown) => {
        this.#log.error({ err: error }, "check password failed");
        refuse(request, response, 503, "The password cannot be checked now; the log says why.", AGAIN);
      },
    );
  }

  async stop(): Promise<void> {
    await this.#thread.stop();
  }

  /** A limit that is the same after a reload goes on where it was. */
  #limiterOf(limit: RateLimiter["limit"]): RateLimiter {
    const { intervalMs, burst } = this.#limiter?.limit ?? { intervalMs: Number.NaN, burst: 0 };
    if (this.#limiter === undefined || intervalMs !== limit.intervalMs || burst !== limit.burst) {
      this.#limiter = new RateLimiter(limit, this.#clock);
    }
    return this.#limiter;
  }
}

const AGAIN = { "retry-after": "1" };
const CHALLENGE = { "www-authenticate": 'Basic realm="tablesnoop", charset="UTF-8"' };

/** Whatever body the request has is not read: the connection ends. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  line: string,
  headers: Readonly<Record<string, string>>,
): void {
  const body = `${line}\n`;
  response.writeHead(status, {
    ...headers,
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(announcesBody(request.headers) && { connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
