// The host's end of the virtio port. One line each way per command, so that nothing has to be parsed out of a terminal:
//   to the guest:   ID SECONDS BASE64(COMMAND)
//   from the guest: "ready RELEASE" once, then ID STATUS BASE64(STDOUT) BASE64(STDERR)
// guest_agent.sh is the other end; it runs one command at a time and ends it after SECONDS.

import type { Duplex } from "node:stream";

export interface RunResult {
  /** As the shell's $?; 124 or 137 if the guest had to end it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Agent {
  /** The guest's kernel release. Pending until the guest listens. */
  readonly ready: Promise<string>;
  readonly #port: Duplex;
  readonly #waiting = new Map<string, (result: RunResult) => void>();
  #announce: (release: string) => void = () => {};
  #partial: string[] = [];
  #lastId = 0;

  constructor(port: Duplex) {
    this.#port = port;
    this.ready = new Promise((resolve) => {
      this.#announce = resolve;
    });
    port.setEncoding("latin1");
    port.on("data", (chunk: string) => this.#take(chunk));
  }

  /** Pending for ever if the guest dies: the caller sets the deadline. */
  run(command: string, seconds: number): Promise<RunResult> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    this.#port.write(`${id} ${seconds} ${Buffer.from(command).toString("base64")}\n`);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** An answer can be megabytes in pieces of a few kilobytes: pieces are joined once, at the end of the line. */
  #take(chunk: string): void {
    const [head = "", ...rest] = chunk.split("\n");
    this.#partial.push(head);
    for (const next of rest) {
      this.#answer(this.#partial.join(""));
      this.#partial = [next];
    }
  }

  #answer(line: string): void {
    const [id = "", status = "", stdout = "", stderr = ""] = line.split(" ");
    if (id === "ready") this.#announce(status);
    const resolve = this.#waiting.get(id);
    if (!resolve) return;
    this.#waiting.delete(id);
    resolve({ status: Number(status), stdout: decode(stdout), stderr: decode(stderr) });
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
