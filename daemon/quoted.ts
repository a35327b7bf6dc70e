// Text from strangers as it goes into one line that people read: quoted, and what is not seen, or obeyed, by number.

// Control (Cc), format (Cf, such as text direction marks), line and paragraph separators, unpaired surrogates.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A JSON string, so any JSON parser reads it back. */
export function quoted(text: string): string {
  return withoutUnseen(JSON.stringify(text));
}

/** Of JSON text: the same value, in other letters. */
export function withoutUnseen(json: string): string {
  return json.replace(UNSEEN, escapeUnits);
}

function escapeUnits(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");
}
