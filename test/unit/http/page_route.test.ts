import { describe, expect, test } from "vitest";
import { ask, optionsFor, serve } from "./fixture.js";

const PATHS = ["/", "/page.js", "/page.css"];

describe("the page", () => {
  test("has name, version, sentence and links in place, escaped", async () => {
    const { files } = optionsFor([], {}).page;
    const page = {
      name: "tablesnoopd",
      version: "1.0<script>",
      sentence: `"Counts" & '$& tells'.`,
      links: [{ href: '/x?a=1&b="', text: "<Extra>" }],
      files,
    };
    const { port } = await serve({ page, telemetryPath: "/m" });
    const { status, headers, body } = await ask(port, "/");
    const html = body.toString();
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(html).toContain("<h1>tablesnoopd <small>1.0&lt;script&gt;</small></h1>");
    expect(html).toContain("<p>&quot;Counts&quot; &amp; &#39;$&amp; tells&#39;.</p>");
    expect(html).toContain('<a href="x?a=1&amp;b=&quot;">&lt;Extra&gt;</a>');
    expect(html).toContain("<i>{other}</i>");
  });

  test("links to the endpoints as seen from itself, so that it may lie below a path", async () => {
    const { port } = await serve({ telemetryPath: "/a/m" });
    const html = (await ask(port, "/")).body.toString();
    for (const path of ["a/m", "-/ready", "-/healthy"]) expect(html).toContain(`<a href="${path}">`);
    expect(html).not.toMatch(/(href|src)="\//);
    expect(html).not.toContain("stream");
  });

  test("comes with its script and its style", async () => {
    const { port } = await serve();
    const script = await ask(port, "/page.js");
    expect([script.headers["content-type"], script.body.toString()]).toEqual([
      "text/javascript; charset=utf-8",
      "go();",
    ]);
    const style = await ask(port, "/page.css");
    expect([style.headers["content-type"], style.body.toString()]).toEqual(["text/css; charset=utf-8", "p{}"]);
  });

  test.each(PATHS)("%s runs nothing but files of this server, and stands in no frame", async (path) => {
    const { port } = await serve();
    const { headers } = await ask(port, path);
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["referrer-policy"]).toBe("no-referrer");
  });

  test.each(PATHS)("HEAD %s has the status and headers of GET", async (path) => {
    const { port } = await serve();
    const [get, head] = [await ask(port, path), await ask(port, path, { method: "HEAD" })];
    expect({ ...head.headers, date: "" }).toEqual({ ...get.headers, date: "" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });
});
