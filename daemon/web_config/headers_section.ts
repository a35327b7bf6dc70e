// The section http_server_config: headers on every answer. HTTP/2 is read and not served. Pure.

import { shown, type YamlValue } from "./yaml_reader.js";

/** The headers that the format allows, with the values that it allows; undefined: any. */
const HEADERS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ["Content-Security-Policy", undefined],
  ["X-Frame-Options", ["deny", "sameorigin"]],
  ["X-Content-Type-Options", ["nosniff"]],
  ["X-XSS-Protection", undefined],
  ["Strict-Transport-Security", undefined],
]);

export function headersOf(value: YamlValue): ReadonlyMap<string, string> {
  const fields = value.fields(["http2", "headers"]);
  fields.http2?.boolean();
  const headers = new Map<string, string>();
  for (const [name, content] of fields.headers?.map() ?? []) {
    if (!HEADERS.has(name)) {
      throw content.fault(`header ${shown(name)} cannot be set; those that can are ${[...HEADERS.keys()].join(", ")}`);
    }
    const text = content.string();
    const accepted = HEADERS.get(name);
    if (accepted !== undefined && !accepted.includes(text)) {
      throw content.fault(`header ${name} is ${shown(text)}, not ${accepted.join(" or ")}`);
    }
    // What a header's value may hold; a newline would begin another header.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
      throw content.fault(`header ${name} has characters that no header can`);
    if (text !== "") headers.set(name, text);
  }
  return headers;
}
