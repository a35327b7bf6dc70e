// The page for people at /: what this is and where its endpoints are. Nothing in it comes from another host.

import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";

interface Link {
  /** Path on this server or a whole URL. */
  readonly href: string;
  readonly text: string;
}

export interface LandingPage {
  readonly name: string;
  readonly version: string;
  /** One sentence on what the program does. */
  readonly sentence: string;
  readonly links: readonly Link[];
}

const STYLE =
  "body{font:1em/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em;color-scheme:light dark}" +
  "h1 small{font-weight:normal;font-size:.6em}";
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function addLandingPage(app: FastifyInstance, page: LandingPage): void {
  const html = render(page);
  app.route({
    method: ["GET", "HEAD"],
    url: "/",
    handler: (_request, reply) =>
      reply.header("content-security-policy", POLICY).type("text/html; charset=utf-8").send(html),
  });
}

function render({ name, version, sentence, links }: LandingPage): string {
  const items = links.map(({ href, text }) => `<li><a href="${escapeHtml(href)}">${escapeHtml(text)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(name)} <small>${escapeHtml(version)}</small></h1>
<p>${escapeHtml(sentence)}</p>
<ul>
${items.join("\n")}
</ul>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
