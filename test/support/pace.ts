// How much work the live tests do and how long they wait: machines in software emulation are some twenty times slower.

const { TABLESNOOP_SMALL = "", TABLESNOOP_FLOOD = "5000000" } = process.env;

/** Set on a machine that is too small or slow for tests of sheer size. */
export const IS_SMALL = TABLESNOOP_SMALL !== "" && TABLESNOOP_SMALL !== "0";

/** Factor on every deadline. */
export const PATIENCE = IS_SMALL ? 10 : 1;

/** Lookups of a flood. */
export const FLOOD = Number(TABLESNOOP_FLOOD);
if (!Number.isInteger(FLOOD) || FLOOD < 1000) {
  throw new Error(`read TABLESNOOP_FLOOD: ${TABLESNOOP_FLOOD} is not a number of lookups from 1000`);
}
