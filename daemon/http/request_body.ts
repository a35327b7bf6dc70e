// Whether a request comes with a body, which none of ours reads: what is left of it on the connection would be taken for the
// next request, so the connection has to end with the answer.

import type { IncomingHttpHeaders } from "node:http";

export function announcesBody({
  "content-length": length = "0",
  "transfer-encoding": coding,
}: IncomingHttpHeaders): boolean {
  return coding !== undefined || length !== "0";
}
