// The page for people at /, from memory. It loads nothing from another host, and no code or style that is not a file of its own.

import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { Outbox } from "./outbox.js";
import { PATHS } from "./paths.js";
import { Payload } from "./payload.js";

interface Link {
  /** Path on this server or a whole URL. */
  readonly href: string;
  readonly text: string;
}

export interface Page {
  readonly name: string;
  readonly version: string;
  /** One sentence on what the program does. */
  readonly sentence: string;
  readonly links: readonly Link[];
  readonly files: PageFiles;
}

/** Contents. In `html` stand {name}, {version}, {sentence} and {links}. */
export interface PageFiles {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What the build made of daemon/page/. Throws if it is not there. */
export function readPageFiles(folder: URL): PageFiles {
  const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
  return { html: read("index.html"), script: read("page.js"), style: read("page.css") };
}

export function addPageRoute(app: FastifyInstance, page: Page, outbox: Outbox): void {
  const files = [
    { url: PATHS.page, type: "text/html; charset=utf-8", body: fillIn(page) },
    { url: PATHS.script, type: "text/javascript; charset=utf-8", body: page.files.script },
    { url: PATHS.style, type: "text/css; charset=utf-8", body: page.files.style },
  ];
  for (const { url, type, body } of files) {
    const payload = new Payload(body);
    app.route({
      method: ["GET", "HEAD"],
      url,
      handler: async (request, reply) => {
        reply.headers({ "content-security-policy": POLICY, "content-type": type, vary: "Accept-Encoding" });
        await outbox.send(request, reply, payload);
        return reply;
      },
    });
  }
}

function fillIn({ name, version, sentence, links, files }: Page): string {
  const items = links.map(
    ({ href, text }) => `<li><a href="${escapeHtml(relative(href))}">${escapeHtml(text)}</a></li>`,
  );
  const texts: Readonly<Record<string, string>> = {
    name: escapeHtml(name),
    version: escapeHtml(version),
    sentence: escapeHtml(sentence),
    links: items.join("\n"),
  };
  return files.html.replace(/\{(\w+)\}/g, (whole, word: string) => texts[word] ?? whole);
}

/** A path of ours as seen from the page, which a proxy may serve below a path of its own. */
function relative(href: string): string {
  return href.replace(/^\/(?!\/)/, "");
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
