// Everything that --[no-]collector.WORD switches.

import type { Collector } from "./kind.js";
import { KINDS, type KindWord } from "./list.js";
import { mib } from "./mib/collector.js";
import { mpls } from "./mpls/collector.js";
import { tunnel } from "./tunnel/collector.js";

export type CollectorWord = KindWord | "mib" | "tunnel" | "mpls";

export const COLLECTORS: readonly Collector<CollectorWord>[] = [...KINDS, mib, tunnel, mpls];
