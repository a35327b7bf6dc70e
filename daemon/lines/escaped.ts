// What a terminal is not to get: whoever sends lines may put bytes into them that it would act on.

import type { SourceFormat } from "./line_source.js";

// Of latin1 text: one character of UTF-8 each, or a byte that is none.
const CHARACTERS =
  /[\n\x20-\x7e]+|\xc2[\x80-\xbf]|[\xc3-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\s\S]/g;
const PLAIN = /^[\n\x20-\x7e]*$/;
/** U+0080 to U+009F, which some terminals take for ESC and a letter. */
const C1 = /^\xc2[\x80-\x9f]$/;

/** Whole lines with control characters and bytes that are no UTF-8 written as \xNN; in JSON as \u00NN. */
export function escaped(lines: Buffer, format: SourceFormat): Buffer {
  const text = lines.toString("latin1");
  if (PLAIN.test(text)) return lines;
  const spell = format === "json" ? asUnicode : asBytes;
  const passes = (found: string) => (found.length === 1 ? PLAIN.test(found) : !C1.test(found));
  return Buffer.from(
    text.replace(CHARACTERS, (found) => (passes(found) ? found : spell(found))),
    "latin1",
  );
}

function asBytes(text: string): string {
  return Buffer.from(text, "latin1").toString("hex").replace(/../g, "\\x$&");
}

/** Of a byte, or a character of C1: its last byte is its number. */
function asUnicode(text: string): string {
  return `\\u00${Buffer.from(text.slice(-1), "latin1").toString("hex")}`;
}
