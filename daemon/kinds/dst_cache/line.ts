import type { CommonLine } from "../../wire/line.js";

/** A packet that a tunnel sent by a route it remembered, without a lookup. */
export interface CachedRoute extends CommonLine {
  readonly kind: "dst-cache";
  /** Of the outer packet; 0.0.0.0 or :: where the cache does not keep it. */
  readonly src: string;
  readonly gateway: string | null;
  readonly egress: string | null;
  readonly result: "hit";
}
