// The parameter `limit` of a list, its only one.

import { notAccepted } from "../stream/query.js";
import { readParameters } from "./parameters.js";

/** Throws BadQuery. */
export function readLimit(url: string, usual: number, most: number): number {
  const text = readParameters(url, ["limit"]).get("limit");
  if (text === undefined) return usual;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > most) throw notAccepted("limit", text, `a number from 1 to ${most}`);
  return limit;
}
