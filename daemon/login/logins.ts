// Basic authentication (RFC 7617): who a request says it is from, and whether the password is right. A verdict is
// remembered, good or bad, under a keyed hash; no password is kept.

import { createHmac, randomBytes } from "node:crypto";
import { costOf, decoyOf } from "./bcrypt_hash.js";
import type { BcryptThread } from "./bcrypt_thread.js";

/** Verdicts of either kind that are remembered. */
const MOST_REMEMBERED = 256;
/** Passwords that wait to be compared, of all clients and of one. */
const MOST_WAITING = 32;
const MOST_WAITING_OF_ONE = 4;

/** `busy`: too many others wait; to be asked again later. */
export type LoginVerdict = "right" | "wrong" | "busy";

interface Credentials {
  readonly user: string;
  readonly password: string;
}

interface Job {
  readonly client: string;
  readonly verdict: Promise<LoginVerdict>;
}

export class Logins {
  readonly #thread: Pick<BcryptThread, "compare">;
  readonly #key = randomBytes(32);
  // Apart, so that wrong passwords never push out right ones.
  readonly #right = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #jobs = new Map<string, Job>();

  constructor(thread: Pick<BcryptThread, "compare">) {
    this.#thread = thread;
  }

  /**
   * `users` are names and bcrypt hashes, of which there is at least one; `client` is an address, for fairness. At once if
   * the verdict is known. Rejects if passwords cannot be compared.
   */
  check(
    authorization: string | undefined,
    users: ReadonlyMap<string, string>,
    client: string,
  ): LoginVerdict | Promise<LoginVerdict> {
    const credentials = readCredentials(authorization);
    if (credentials === undefined) return "wrong";
    const { user, password } = credentials;
    const known = users.get(user);
    const hash = known ?? this.#decoy(user, users);
    const key = this.#digest("verdict", user, hash, password).toString("base64");
    if (this.#right.has(key)) return known === undefined ? "wrong" : "right";
    if (this.#wrong.has(key)) {
      remember(this.#wrong, key);
      return "wrong";
    }
    const begun = this.#jobs.get(key);
    if (begun !== undefined) return begun.verdict;
    if (!this.#hasRoom(client)) return "busy";
    const verdict = this.#compare(key, { password, hash }, known !== undefined);
    this.#jobs.set(key, { client, verdict });
    return verdict;
  }

  async #compare(key: string, comparison: { password: string; hash: string }, isKnown: boolean): Promise<LoginVerdict> {
    try {
      const isRight = (await this.#thread.compare(comparison)) && isKnown;
      remember(isRight ? this.#right : this.#wrong, key);
      return isRight ? "right" : "wrong";
    } finally {
      this.#jobs.delete(key);
    }
  }

  #hasRoom(client: string): boolean {
    if (this.#jobs.size >= MOST_WAITING) return false;
    return [...this.#jobs.values()].filter((job) => job.client === client).length < MOST_WAITING_OF_ONE;
  }

  /** Somebody unknown costs as much as somebody known: the cost of one user, always the same one for the same name. */
  #decoy(user: string, users: ReadonlyMap<string, string>): string {
    const hashes = [...users.values()];
    const pick = this.#digest("decoy", user).readUInt32BE() % hashes.length;
    return decoyOf(costOf(hashes[pick] ?? "") ?? 10);
  }

  #digest(purpose: string, ...parts: readonly string[]): Buffer {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest();
  }
}

/** Undefined if there are none that can be read. */
function readCredentials(authorization: string | undefined): Credentials | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  // What is not UTF-8 would be taken for another password that is not either.
  if (text.includes("\ufffd")) return undefined;
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** As the newest; the oldest goes if there are too many. */
function remember(keys: Set<string>, key: string): void {
  keys.delete(key);
  keys.add(key);
  if (keys.size <= MOST_REMEMBERED) return;
  const [oldest] = keys;
  if (oldest !== undefined) keys.delete(oldest);
}
