// The web configuration as it is in force: read at the start, read again when asked to and when one of its files is
// another than before. A configuration that is no good changes nothing but what is said of it.

import { dirname, resolve } from "node:path";
import type { Logger } from "pino";
import { causeOf, StartError } from "../errors.js";
import { Outage } from "../outage.js";
import { ConfigFault } from "./fault.js";
import { loadTls, type TlsMaterial } from "./tls_material.js";
import { WatchedFiles } from "./watched_file.js";
import { OPEN, parseWebConfig, type WebConfig } from "./web_config.js";

const MOST_BYTES = 128 << 10;

/** Between two looks at the files. */
const LOOK_MS = 1000;

export interface LoadedConfig extends Pick<WebConfig, "headers" | "users" | "rateLimit"> {
  readonly tls?: TlsMaterial;
}

const NOTHING: LoadedConfig = { headers: OPEN.headers, users: OPEN.users };

export interface ReloadState {
  readonly isGood: boolean;
  /** Seconds since 1970. */
  readonly goodSince: number;
}

interface WebConfigFileOptions {
  /** Absent: nothing is configured, and nothing is to be read. */
  readonly path: string | undefined;
  readonly log: Logger;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

export class WebConfigFile {
  readonly #path: string | undefined;
  readonly #log: Logger;
  readonly #clock: () => number;
  readonly #outage: Outage;
  readonly #listeners: ((config: LoadedConfig) => void)[] = [];
  #current = NOTHING;
  #files = new WatchedFiles();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #goodSince: number | undefined;
  /** Of the last reload. */
  #because = "";
  #mustAskForLogin = false;

  constructor({ path, log, clock }: WebConfigFileOptions) {
    this.#path = path === undefined ? undefined : resolve(path);
    this.#log = log;
    this.#clock = clock;
    this.#outage = new Outage((error) => {
      if (error === undefined) return;
      const fields = { because: this.#because, problem: error.message };
      log.error(fields, "reload failed, the old web configuration stays");
    });
  }

  /** Reads the file. Throws StartError. */
  start(): void {
    try {
      this.#take(this.#load());
    } catch (error) {
      throw new StartError("web_config_refused", { problem: this.#tell(error) }, { cause: error });
    }
  }

  /** What is in force. */
  get current(): LoadedConfig {
    return this.#current;
  }

  /** Whether nobody gets an answer without a password or a certificate that our CA signed. */
  get asksForLogin(): boolean {
    return asksForLogin(this.#current);
  }

  get state(): ReloadState {
    return { isGood: !this.#outage.isOn, goodSince: this.#goodSince ?? 0 };
  }

  /** From now on a configuration that lets everybody in is no good. */
  keepAskingForLogin(): void {
    this.#mustAskForLogin = true;
  }

  onChange(listener: (config: LoadedConfig) => void): void {
    this.#listeners.push(listener);
  }

  /** Looks at the files, at most once a second, and reads them again if they are others. To be called with every request. */
  look(): void {
    const now = this.#clock();
    if (this.#path === undefined || now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    if (this.#files.haveChanged()) this.reload("a file is another");
  }

  /** Reads everything again. What is wrong with it, if something is; then what was in force stays so. */
  reload(because: string): string | undefined {
    this.#because = because;
    try {
      this.#take(this.#load());
    } catch (error) {
      const problem = this.#tell(error);
      this.#outage.fails(problem);
      return problem;
    }
    if (this.#path !== undefined) this.#log.info({ because, file: this.#path }, "web configuration reloaded");
    return undefined;
  }

  #take(config: LoadedConfig): void {
    this.#current = config;
    this.#outage.works();
    this.#goodSince = Date.now() / 1000;
    for (const listener of this.#listeners) listener(config);
  }

  #load(): LoadedConfig {
    const path = this.#path;
    if (path === undefined) return NOTHING;
    // Also of files that are no good: when they are others again, they are read again.
    const files = new WatchedFiles();
    this.#files = files;
    this.#lookedAt = this.#clock();
    const { tls, ...rest } = parseWebConfig(files.read(path, MOST_BYTES));
    const material = tls && loadTls(tls, (name, most) => files.read(resolve(dirname(path), name), most));
    const config = { ...rest, ...(material && { tls: material }) };
    this.#checkChange(config);
    return config;
  }

  #checkChange(config: LoadedConfig): void {
    const isFirst = this.#goodSince === undefined;
    if (!isFirst && (config.tls === undefined) !== (this.#current.tls === undefined)) {
      throw new ConfigFault(`TLS cannot be switched ${config.tls ? "on" : "off"} while the daemon runs; restart it`);
    }
    if (this.#mustAskForLogin && !asksForLogin(config)) {
      throw new ConfigFault("nobody would have to log in any more, but the stream is served to other hosts");
    }
  }

  /** file:line:column: problem */
  #tell(error: unknown): string {
    const { line, column } = (error instanceof ConfigFault && error.position) || { line: undefined, column: undefined };
    const place = line === undefined ? "" : `:${line}:${column}`;
    return `${this.#path}${place}: ${causeOf(error)}`;
  }
}

function asksForLogin({ tls, users }: LoadedConfig): boolean {
  return users.size > 0 || (tls?.clientAuth.needs === true && tls.clientAuth.verifies);
}
