// Lines of lookups as native formats them, in this process: a session of its own with one listener.

import { FAMILIES, type Family } from "../../daemon/fib/lookup.js";
import { bitsOf } from "../../daemon/kinds/lines.js";
import type { KindWord } from "../../daemon/kinds/list.js";
import type { Session, Verbosity } from "../../daemon/native/session.js";
import { buildVocabulary } from "../../daemon/stream/vocabulary.js";
import { ALL_KINDS, loadAddon, SESSION_OPTIONS } from "./addon.js";
import type { Netns } from "./networks/netns.js";
import { PATIENCE } from "./pace.js";
import { waitUntil } from "./wait_until.js";

export interface LineOptions {
  readonly kinds: readonly KindWord[];
  readonly families: readonly Family[];
  readonly foundOnly?: boolean;
  /** Lines of this namespace only. */
  readonly cookie?: bigint;
  /** 1 if absent. */
  readonly verbose?: Verbosity;
}

export interface Lines extends Disposable {
  /** What `act` caused, without the newlines, in order. A lookup in `netns` marks the end. */
  during(netns: Pick<Netns, "exec">, act: () => Promise<unknown>): Promise<string[]>;
}

// Looked up by nothing else.
const MARKS = { ipv4: "127.9.9.9", ipv6: "::1" } as const;
const ANY = new Uint8Array(32);

/** Text without colour. Throws from during() if a line was lost. */
export function openLines({ kinds, families, foundOnly = false, cookie, verbose = 1 }: LineOptions): Lines {
  const session = new (loadAddon().Session)({ ...SESSION_OPTIONS, kinds: ALL_KINDS, ringBytes: 1 << 20 });
  session.setVocabulary(buildVocabulary());
  let text = "";
  const filter = {
    kinds: bitsOf(kinds),
    families: families.reduce((bits, family) => bits | (1 << FAMILIES.indexOf(family)), 0),
    results: foundOnly ? 1 : 3,
    ...(cookie !== undefined && { netns: cookie }),
    src: ANY,
    dst: ANY,
  };
  const options = { filter, format: "text", verbose, colour: false, tellsDrops: false } as const;
  const listener = session.listen({ ...options, queueBytes: 1 << 20 }, () => {
    text += listener.take().bytes.toString();
  });
  const mark = MARKS[families.includes("ipv4") ? "ipv4" : "ipv6"];
  return {
    during: async (netns, act) => {
      text = "";
      await act();
      await netns.exec("ip", ["route", "get", mark]);
      await waitUntil(`a line for ${mark}`, () => text.includes(` dst: ${mark} `), { timeoutMs: 5000 * PATIENCE });
      const { ringbuf, queue } = listener.dropped();
      if (ringbuf + queue > 0) throw new Error(`read lines: ${ringbuf + queue} were lost`);
      return text.split("\n").filter((line) => line !== "" && !line.includes(` dst: ${mark} `));
    },
    [Symbol.dispose]: () => {
      listener.close();
      session.close();
    },
  };
}

/** A session without a listener, for its counters of these kinds. */
export function openCounters(kinds = ALL_KINDS): Session {
  return new (loadAddon().Session)({ ...SESSION_OPTIONS, kinds, ringBytes: 1 << 16 });
}
