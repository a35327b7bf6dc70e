// gzip for whoever takes it and gains from it.

import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { acceptsGzip } from "./accept.js";

/** A smaller body fits one packet anyway. */
const GZIP_ABOVE_BYTES = 1024;

const compress = promisify(gzip);

/** The body as it is to be sent; sets the header that says how. Compresses on a thread of its own. */
export async function encode(body: string, request: FastifyRequest, reply: FastifyReply): Promise<string | Buffer> {
  const accepted = request.headers["accept-encoding"]?.toString();
  if (Buffer.byteLength(body) <= GZIP_ABOVE_BYTES || !acceptsGzip(accepted)) return body;
  const packed = await compress(body);
  reply.header("content-encoding", "gzip");
  return packed;
}
