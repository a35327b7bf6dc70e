// Made from bpf/kinds.def by `npm run generate`; do not edit.

import { type Line as ChangeLine, kind as change } from "./change/kind.js";
import { type Line as DropLine, kind as drop } from "./drop/kind.js";
import { type Line as DstCacheLine, kind as dstCache } from "./dst_cache/kind.js";
import { type Line as EncapLine, kind as encap } from "./encap/kind.js";
import { type Line as FdbLine, kind as fdb } from "./fdb/kind.js";
import type { Kind } from "./kind.js";
import { type Line as MplsLine, kind as mpls } from "./mpls/kind.js";
import { type Line as NeighbourLine, kind as neighbour } from "./neighbour/kind.js";
import { type Line as NetfilterLine, kind as netfilter } from "./netfilter/kind.js";
import { type Line as RouteLine, kind as route } from "./route/kind.js";
import { type Line as RuleLine, kind as rule } from "./rule/kind.js";
import { type Line as SocketCacheLine, kind as socketCache } from "./socket_cache/kind.js";
import { type Line as Srv6Line, kind as srv6 } from "./srv6/kind.js";
import { type Line as TunnelLine, kind as tunnel } from "./tunnel/kind.js";

// biome-ignore format: generated
export type KindWord = "route" | "rule" | "encap" | "neighbour" | "fdb" | "drop" | "dst-cache" | "tunnel" | "mpls" | "change" | "netfilter" | "srv6" | "socket-cache";

/** By number. */
// biome-ignore format: generated
export const KINDS: readonly Kind<KindWord>[] = [route, rule, encap, neighbour, fdb, drop, dstCache, tunnel, mpls, change, netfilter, srv6, socketCache];

/** One JSON line of any kind. */
// biome-ignore format: generated
export type Line = RouteLine | RuleLine | EncapLine | NeighbourLine | FdbLine | DropLine | DstCacheLine | TunnelLine | MplsLine | ChangeLine | NetfilterLine | Srv6Line | SocketCacheLine;
