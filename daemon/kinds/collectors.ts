// Everything that --[no-]collector.WORD switches.

import type { Collector } from "./kind.js";
import { KINDS, type KindWord } from "./list.js";
import { mib } from "./mib/collector.js";

export type CollectorWord = KindWord | "mib";

export const COLLECTORS: readonly Collector<CollectorWord>[] = [...KINDS, mib];
