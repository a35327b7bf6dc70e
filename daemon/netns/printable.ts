// How a name that is a file's is spelled in labels and lines: as native/lines/printable spells the names of devices.

/** Characters below 0x20, 0x7f to 0x9f, and a backslash that would read as the begin of such a spelling. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const NOT_SHOWN = /[\u0000-\u001f\u007f-\u009f]|\\(?=x[0-9a-f]{2})/gi;

/** \xNN for each byte of what a terminal would act on; no two names are spelled alike. */
export function printable(name: string): string {
  return name.replace(NOT_SHOWN, (character) => {
    return [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  });
}
