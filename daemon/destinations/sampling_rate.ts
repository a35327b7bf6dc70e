// How many failed lookups are sampled by destination: all while they are few, so that counts are exact.

import { ABI } from "../native/abi.js";

/** About as many lookups a second cost nothing that could be measured. */
const SAMPLED_PER_SECOND = 2000;

/** What the kernel's side takes at the least. */
const MOST = (ABI.TS_SAMPLE_ALL + 1) / (ABI.TS_SAMPLE_LEAST + 1);

/** One of how many lookups to take when so many fail in a second: a power of two. */
export function sampleOneIn(lookupsPerSecond: number): number {
  const exponent = Math.ceil(Math.log2(lookupsPerSecond / SAMPLED_PER_SECOND));
  return Math.min(MOST, 2 ** Math.max(0, exponent));
}
