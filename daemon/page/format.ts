// Numbers and times as people read them.

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const CLOCK = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const MINUTE = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Something per second: three digits that matter, and 0 only for none at all. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return "0";
  if (perSecond < 0.01) return "<0.01";
  if (perSecond < 10) return perSecond.toFixed(2);
  if (perSecond < 100) return perSecond.toFixed(1);
  return WHOLE.format(perSecond);
}

export function count(whole: number): string {
  return WHOLE.format(whole);
}

/** For where there is little room. */
export function short(number: number): string {
  return number < 1000 ? String(Number(number.toPrecision(3))) : COMPACT.format(number);
}

/** 0 to 1; more digits where they tell the small from nothing. */
export function share(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  const percent = (100 * part) / whole;
  return percent < 0.01 ? "<0.01 %" : `${Number(percent.toPrecision(percent < 1 ? 1 : 3))} %`;
}

/** Seconds since 1970 as local time, to the second. */
export function clock(seconds: number): string {
  return CLOCK.format(seconds * 1000);
}

/** The same to the minute. */
export function minute(seconds: number): string {
  return MINUTE.format(seconds * 1000);
}

/** "1 row", "2 rows". */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}
