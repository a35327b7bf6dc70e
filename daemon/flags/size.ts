// Sizes in bytes as people write them: 8MiB, 512KiB, 65536.

const UNITS: readonly (readonly [string, number])[] = [
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
];

/** Bytes, or undefined if the text is no size. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,12})([KMG]iB|B)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const factor = UNITS.find(([name]) => name === unit)?.[1] ?? 1;
  return Number(digits) * factor;
}

/** In the largest unit that leaves a whole number. */
export function formatSize(bytes: number): string {
  const unit = UNITS.find(([, factor]) => bytes >= factor && bytes % factor === 0);
  return unit === undefined ? `${bytes}B` : `${bytes / unit[1]}${unit[0]}`;
}

export function isPowerOfTwo(bytes: number): boolean {
  return Number.isInteger(Math.log2(bytes));
}
