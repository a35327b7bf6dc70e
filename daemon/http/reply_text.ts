// Answers of plain text.

import type { FastifyReply } from "fastify";

/** Sends the lines, each ended by a newline. */
export function replyText(reply: FastifyReply, status: number, ...lines: readonly string[]): FastifyReply {
  return reply
    .code(status)
    .type("text/plain; charset=utf-8")
    .send(`${lines.join("\n")}\n`);
}
