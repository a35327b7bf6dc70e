// POST and PUT of /-/reload: the configuration is read again, as on SIGHUP.

import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { PATHS } from "./paths.js";
import { replyText } from "./reply_text.js";

export interface ReloadRoute {
  /** Absent: not enabled. Resolves to what went wrong, undefined if nothing did. */
  readonly reload: (() => Promise<string | undefined>) | undefined;
}

export const RELOAD_METHODS = ["POST", "PUT"] as const;

export function addReloadRoute(app: FastifyInstance, { reload }: ReloadRoute): void {
  app.route({
    method: [...RELOAD_METHODS],
    url: PATHS.reload,
    handler: async (request, reply) => {
      if (reload === undefined) {
        return replyText(reply, 403, "Reloading over HTTP is not enabled; --web.enable-lifecycle does it.");
      }
      if (isOfAnotherSite(request.headers)) {
        return replyText(reply, 403, "A page of another site cannot ask for this.");
      }
      const problem = await reload();
      return problem === undefined
        ? replyText(reply, 200, "The configuration is reloaded.")
        : replyText(reply, 500, `The old configuration stays: ${problem}`);
    },
  });
}

/** Browsers send Origin and Sec-Fetch-Site along; "none" is the person at the browser. */
function isOfAnotherSite({ origin, host, "sec-fetch-site": site = "none" }: IncomingHttpHeaders): boolean {
  const isForeign = origin !== undefined && origin.replace(/^https?:\/\//, "") !== host;
  return isForeign || !["same-origin", "none"].includes(site.toString());
}
