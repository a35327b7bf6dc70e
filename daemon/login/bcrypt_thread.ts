// Compares passwords with hashes on a thread of its own, one at a time and in turn, so that the event loop never waits.
// The thread begins with the first comparison and is no reason for the process to go on.

import { Worker } from "node:worker_threads";

export interface Comparison {
  readonly password: string;
  readonly hash: string;
}

interface Waiting {
  readonly comparison: Comparison;
  readonly resolve: (isSame: boolean) => void;
  readonly reject: (error: Error) => void;
}

const SCRIPT = new URL("./bcrypt_worker.js", import.meta.url);

export class BcryptThread {
  readonly #script: URL;
  readonly #queue: Waiting[] = [];
  #worker: Worker | undefined;
  #inWork: Waiting | undefined;

  constructor(script: URL = SCRIPT) {
    this.#script = script;
  }

  /** How many that is at a time is for the caller to bound. Rejects if the thread ends; the next call starts another. */
  compare(comparison: Comparison): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ comparison, resolve, reject });
      this.#next();
    });
  }

  /** What waits is rejected. May be called again. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#fail(new Error("the daemon stops"), this.#queue.splice(0));
    await worker?.terminate();
  }

  #next(): void {
    if (this.#inWork !== undefined) return;
    this.#inWork = this.#queue.shift();
    if (this.#inWork === undefined) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage(this.#inWork.comparison);
  }

  #start(): Worker {
    const worker = new Worker(this.#script, { resourceLimits: { maxOldGenerationSizeMb: 32 }, stdout: false });
    worker.unref();
    worker.on("message", (isSame: boolean) => {
      this.#inWork?.resolve(isSame === true);
      this.#inWork = undefined;
      this.#next();
    });
    const end = (error: Error) => {
      if (this.#worker !== worker) return;
      this.#fail(error, []);
      this.#next();
    };
    worker.on("error", end);
    worker.on("exit", () => end(new Error("the thread that compares passwords has ended")));
    return worker;
  }

  #fail(error: Error, others: readonly Waiting[]): void {
    const failed = [this.#inWork, ...others];
    this.#inWork = undefined;
    this.#worker = undefined;
    for (const waiting of failed) waiting?.reject(error);
  }
}
