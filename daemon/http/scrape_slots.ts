// The cap on parallel scrapes. A slot is held until the rendering is over and the response is written out or its
// connection gone, so the cap bounds the work as well as the bodies in memory.

import type { ServerResponse } from "node:http";

export class ScrapeSlots {
  readonly #limit: number;
  #used = 0;

  /** `limit` 0: no limit. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** false: none is free. */
  take(): boolean {
    if (this.#limit > 0 && this.#used >= this.#limit) return false;
    this.#used += 1;
    return true;
  }

  /** Call once per slot taken, when nothing more is to be rendered for the response. */
  release(response: ServerResponse): void {
    const { socket } = response.req;
    const free = () => {
      response.off("close", free);
      socket.off("close", free);
      this.#used -= 1;
    };
    if (response.closed || socket.destroyed) {
      free();
      return;
    }
    response.once("close", free);
    // A pipelined response that never gets its turn emits no close of its own.
    socket.once("close", free);
  }
}
