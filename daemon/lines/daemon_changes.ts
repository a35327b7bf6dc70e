// The last changes of routes, asked of a running daemon: one GET /api/changes.

import { causeOf, StartError } from "../errors.js";
import { parsePrefix } from "../stream/prefix.js";
import type { RouteChangeSeen } from "../wire/change.js";
import { ask, type DaemonRequest, refusal } from "./daemon_request.js";

const ANSWER_MS = 5000;
/** All that a daemon keeps. */
const MOST = 4096;
/** Ten times what they take. */
const MOST_BYTES = 16 << 20;

/** Newest first; empty where the daemon shows no prefixes. Throws StartError. */
export async function fetchChanges(to: DaemonRequest): Promise<readonly RouteChangeSeen[]> {
  const response = await ask("GET", `/api/changes?limit=${MOST}`, ANSWER_MS, to);
  const refuses = (cause: string) => new StartError("daemon_refuses", { url: to.address.text, cause });
  if (response.statusCode !== 200) throw refuses(await refusal(response));
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  try {
    for await (const chunk of response) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
      chunks.push(chunk);
    }
    return changesOf(JSON.parse(Buffer.concat(chunks).toString()));
  } catch (error) {
    throw refuses(`read the changes of routes: ${causeOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** A daemon is another program: what it sends is looked at. */
function changesOf(answer: unknown): readonly RouteChangeSeen[] {
  const { changes } = Object(answer);
  if (!Array.isArray(changes)) throw new Error("it is no list of changes");
  return changes.filter(isChange);
}

function isChange(value: unknown): value is RouteChangeSeen {
  const { prefix, via, device, protocol, table, time, change, netns, family, type } = Object(value);
  const words = [prefix, protocol, table, time, change, netns, family, type];
  if (!words.every((word) => typeof word === "string") || ![via, device].every(isWordOrNull)) return false;
  return parsePrefix(prefix)?.family === family && !Number.isNaN(Date.parse(time));
}

function isWordOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}
