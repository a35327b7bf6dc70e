// The life of the daemon as the service manager sees it (sd_notify(3)): ready, what goes on, reloading, stopping, and
// that the main loop still turns. Without NOTIFY_SOCKET nothing happens.

import { Outage } from "../outage.js";

export interface Supervision {
  /** Where to send; absent if nobody wants to know. */
  readonly address?: string;
  /** The service manager acts after so long without a sign of life; absent if it does not look. */
  readonly watchdogMs?: number;
}

export interface ServiceManagerOptions {
  readonly supervision: Supervision;
  /** Throws if the message cannot be sent. */
  readonly send: (address: string, message: string) => void;
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly monotonicMicroseconds: () => bigint;
  /** Told when words cannot be sent, and with undefined when they can again. */
  readonly report: (error: Error | undefined) => void;
}

/** Reads what the service manager said, and takes it out of `environment`: it is not meant for what we may execute. */
export function takeSupervision(environment: NodeJS.ProcessEnv, pid: number): Supervision {
  const { NOTIFY_SOCKET: address = "", WATCHDOG_USEC = "", WATCHDOG_PID = "" } = environment;
  delete environment["NOTIFY_SOCKET"];
  delete environment["WATCHDOG_USEC"];
  delete environment["WATCHDOG_PID"];
  if (address === "") return {};
  const isForUs = WATCHDOG_PID === "" || WATCHDOG_PID === String(pid);
  const watchdogMs = isForUs && /^[1-9]\d*$/.test(WATCHDOG_USEC) ? Number(WATCHDOG_USEC) / 1000 : undefined;
  return { address, ...(watchdogMs !== undefined && { watchdogMs }) };
}

export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  readonly #outage: Outage;
  #status = "";
  #isReady = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
    this.#outage = new Outage(options.report);
  }

  /** `status` is one line for people. Begins the signs of life, from this thread's loop: if it hangs, they stop. */
  ready(status: string): void {
    this.#status = status;
    this.#isReady = true;
    this.#send("READY=1", statusLine(status));
    const { watchdogMs } = this.#options.supervision;
    if (watchdogMs === undefined || this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#send("WATCHDOG=1"), watchdogMs / 2);
    this.#timer.unref();
  }

  /** Sent only if it is another one. */
  status(status: string): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#send(statusLine(status));
  }

  /** `work` is done between the words reloading and ready, whatever becomes of it; of a start that goes on it tells nothing. */
  reload<T>(work: () => T): T {
    if (!this.#isReady) return work();
    this.#send("RELOADING=1", `MONOTONIC_USEC=${this.#options.monotonicMicroseconds()}`);
    try {
      return work();
    } finally {
      this.#send("READY=1");
    }
  }

  /** The last word, of a service that was ready; may come at any time. */
  stopping(): void {
    clearInterval(this.#timer);
    if (!this.#isReady) return;
    this.#isReady = false;
    this.#send("STOPPING=1", statusLine("stopping"));
  }

  #send(...lines: readonly string[]): void {
    const { supervision, send } = this.#options;
    const { address } = supervision;
    if (address !== undefined) this.#outage.during(() => send(address, lines.join("\n")));
  }
}

/** A newline would end the assignment and begin another. */
function statusLine(status: string): string {
  return `STATUS=${status.replace(/\s+/g, " ")}`;
}
