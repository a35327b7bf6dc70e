// Password hashes as htpasswd and others write them: $2y$10$ and 53 characters. What they look like; bcrypt_worker.ts
// compares. Pure.

const HASH = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const LEAST_COST = 4;

/** Each step doubles the time of a login, in which no other is looked at; with 15 it is some seconds. */
export const MOST_COST = 15;

/** The cost of a hash; undefined if the text is none, or beyond what is allowed. */
export function costOf(hash: string): number | undefined {
  const cost = Number(HASH.exec(hash)?.[1] ?? Number.NaN);
  return cost >= LEAST_COST && cost <= MOST_COST ? cost : undefined;
}

/** A hash that takes as long to compare as any of that cost. That nobody has its password is not relied on. */
export function decoyOf(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$${"tablesnoopDecoyHash...".padEnd(53, ".")}`;
}
