// One request to a running daemon, and what it says if it refuses.

import { type IncomingMessage, request } from "node:http";
import { request as requestOverTls } from "node:https";
import { causeOf, codeOf, StartError } from "../errors.js";
import type { DaemonAccess } from "./daemon_access.js";
import type { DaemonAddress } from "./daemon_address.js";

/** The daemon says something every ten seconds on a stream. */
export const SILENCE_MS = 30_000;
/** What a refusal may take to come; after that, what came of it is told. */
const REFUSAL_MS = 2000;
const MOST_REFUSAL_BYTES = 4096;

export interface DaemonRequest {
  readonly address: DaemonAddress;
  readonly access?: DaemonAccess;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** The head of the answer; StartError if none comes within `ms`. */
export function ask(
  method: "GET" | "HEAD",
  path: string,
  ms: number,
  { address, access = {}, signal }: DaemonRequest,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const late = new Error(`no answer within ${ms / 1000} s`);
    const { ca, cert, key } = access;
    const keys = {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    };
    const common = {
      ...address.to,
      method,
      path,
      headers: headersOf(address, access),
      agent: false,
      ...(signal && { signal }),
    };
    const asked = address.usesTls ? requestOverTls({ ...common, ...keys }) : request(common);
    const timer = setTimeout(() => asked.destroy(late), ms);
    asked.on("response", (response) => {
      clearTimeout(timer);
      asked.socket?.setKeepAlive(true, SILENCE_MS);
      resolve(response);
    });
    // Also after the answer, when the connection breaks: the response tells of that.
    asked.on("error", (error) => {
      clearTimeout(timer);
      reject(new StartError("daemon_unreachable", { url: address.text, cause: connectCause(error) }, { cause: error }));
    });
    asked.end();
  });
}

function headersOf({ login }: DaemonAddress, { password }: DaemonAccess): Readonly<Record<string, string>> {
  if (login === undefined) return {};
  const credentials = `${login.user}:${password ?? login.password}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** Of several addresses tried (::1 and 127.0.0.1), the first's cause. */
function connectCause(error: unknown): string {
  return causeOf(error instanceof AggregateError ? (error.errors[0] ?? error) : error);
}

/** The first line of the daemon's own words, else its status. */
export async function refusal(response: IncomingMessage): Promise<string> {
  let text = "";
  const timer = setTimeout(() => response.destroy(), REFUSAL_MS);
  response.setEncoding("utf8");
  try {
    for await (const chunk of response) {
      text += chunk;
      if (text.length > MOST_REFUSAL_BYTES) break;
    }
  } catch (error) {
    // Cut off, by them or by the timer.
    if (codeOf(error) === "") throw error;
  } finally {
    clearTimeout(timer);
  }
  const [line = ""] = text.trim().split("\n", 1);
  const isHtml = /html/.test(response.headers["content-type"] ?? "");
  return line === "" || isHtml ? `HTTP status ${response.statusCode}` : line.slice(0, MOST_REFUSAL_BYTES);
}
