import type { CommonLine } from "../../wire/line.js";

/** Something that a connected socket sent by the route it remembered, without a lookup. */
export interface SocketRoute extends CommonLine {
  readonly kind: "socket-cache";
  readonly src: string;
  readonly dst: string;
  readonly gateway: string | null;
  readonly egress: string | null;
  readonly result: "hit";
}
