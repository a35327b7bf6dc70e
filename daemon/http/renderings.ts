// Renderings of the metrics, one at a time. Who asks while one is being made waits for the next and shares it with all others
// who do, so that no scrape is older than its request, and many at once cost as much as two.

import type { Format } from "./accept.js";
import { Payload } from "./payload.js";

export interface Exposition {
  render(format: Format): Promise<{ contentType: string; body: string }>;
}

interface Rendering {
  readonly contentType: string;
  readonly payload: Payload;
}

export class Renderings {
  readonly #exposition: Exposition;
  /** Not yet begun. */
  readonly #next = new Map<Format, Promise<Rendering>>();
  /** Tells when the last one is over, and keeps nothing of it. */
  #last: Promise<void> = Promise.resolve();

  constructor(exposition: Exposition) {
    this.#exposition = exposition;
  }

  /** Rejects for all who share it if it fails. */
  ask(format: Format): Promise<Rendering> {
    const shared = this.#next.get(format);
    if (shared !== undefined) return shared;
    const next = this.#renderAfter(this.#last, format);
    const over = () => undefined;
    this.#last = next.then(over, over);
    this.#next.set(format, next);
    return next;
  }

  async #renderAfter(last: Promise<void>, format: Format): Promise<Rendering> {
    await last;
    this.#next.delete(format);
    const { contentType, body } = await this.#exposition.render(format);
    return { contentType, payload: new Payload(body) };
  }
}
