// The text of iproute2's files that name numbers: routing tables, protocols.

/** "0x" hex or decimal id, a name, then anything: iproute2 reads no further either. */
const LINE = /^\s*(0x[0-9a-f]+|\d+)\s+([^\s#]\S*)/i;

/** Of two lines with one id, or with one name, the first counts, and what is built in before all; bad lines are ignored. */
export function parseRtNames(
  text: string,
  builtIn: Iterable<readonly [number, string]>,
  most: number,
): ReadonlyMap<number, string> {
  const byId = new Map(builtIn);
  const taken = new Set(byId.values());
  for (const line of text.split("\n")) {
    const [, number, name] = LINE.exec(line) ?? [];
    if (number === undefined || name === undefined) continue;
    const id = Number(number);
    if (id > most || byId.has(id) || taken.has(name) || !isTelling(name)) continue;
    byId.set(id, name);
    taken.add(name);
  }
  return byId;
}

/** A number would be taken for another one's id; "other" is where folded series go. */
export function isTelling(name: string): boolean {
  return name !== "other" && !/^\d+$/.test(name);
}
