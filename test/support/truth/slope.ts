// Whether a row of figures grows: the rise of the straight line through them (least squares), from the first to the last.

export function riseOf(figures: readonly number[]): number {
  const count = figures.length;
  if (count < 2) throw new Error(`fit a line: ${count} figures are too few`);
  const middle = (count - 1) / 2;
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / count;
  let over = 0;
  let under = 0;
  for (const [at, figure] of figures.entries()) {
    over += (at - middle) * (figure - mean);
    under += (at - middle) ** 2;
  }
  return (over / under) * (count - 1);
}
