// The README says what is true now: its metrics are the catalog's, its flags are the help text.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { helpText } from "../../daemon/config.js";
import { CATALOG } from "../../daemon/exposition/catalog.js";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const ROWS = README.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));

describe("README.md", () => {
  it.each(CATALOG)("describes $name as the catalog does", ({ name, type, help, labels }) => {
    const row = ROWS.find((cells) => cells[1] === `\`${name}\``);
    expect(row).toEqual(["", `\`${name}\``, type, labels.join(", "), help, ""]);
  });

  it("describes no metric that does not exist", () => {
    const described = ROWS.flatMap((cells) => /^`(tablesnoop_\w+)`$/.exec(cells[1] ?? "")?.[1] ?? []);
    expect(described.sort()).toEqual(CATALOG.map(({ name }) => name).sort());
  });

  it("shows the help text of tablesnoopd", () => {
    expect(README).toContain(`\`\`\`\n${helpText()}\`\`\``);
  });
});
