// The examples of docs/web-config.md are what they are said to be.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseOptions } from "../../../daemon/cli/options.js";
import { parseConfig } from "../../../daemon/config.js";
import { parseWebConfig } from "../../../daemon/web_config/web_config.js";
import { projectPath } from "../../support/project_path.js";

const DOCUMENT = readFileSync(projectPath("docs/web-config.md"), "utf8");

function blocks(language: string): string[] {
  return [...DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
}

const CONFIGS = blocks("yaml").filter((text) => !text.startsWith("scrape_configs"));

test.each(CONFIGS)("example %# is a web configuration that asks for a login", (yaml) => {
  const { tls, users } = parseWebConfig(yaml);
  expect(tls).toBeDefined();
  expect(users.size > 0 || tls?.clientAuth.verifies).toBe(true);
});

test("there are examples, and one has every key", () => {
  expect(CONFIGS).toHaveLength(3);
  const all = CONFIGS.at(-1) ?? "";
  for (const key of DOCUMENT.matchAll(/^ {0,2}([a-z_0-9]+):/gm)) {
    if (!/scrape|job|scheme|static|basic_auth$|tls_config$|prometheus/.test(key[1] ?? ""))
      expect(all).toContain(`${key[1]}:`);
  }
  expect(parseWebConfig(all)).toMatchObject({ rateLimit: { intervalMs: 100, burst: 20 } });
  expect(parseWebConfig(all).headers.size).toBe(5);
});

test("the command lines are understood", () => {
  const lines = blocks("sh").flatMap((text) => text.trim().split("\n"));
  for (const line of lines) {
    const [program, ...argv] = line.split(" ");
    if (program === "tablesnoop") expect(parseOptions(argv)).toHaveProperty("connect");
    if (program === "tablesnoopd") expect(parseConfig(argv)).toHaveProperty("socket.group", "netadmin");
  }
  expect(lines.filter((line) => line.startsWith("tablesnoop"))).toHaveLength(3);
});
