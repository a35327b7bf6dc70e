// Which tablesnoop this is: from package.json, and the git revision if the build noted one.

import { readFileSync } from "node:fs";
import { builtFile } from "./built_files.js";

export interface Version {
  readonly version: string;
  /** Empty if the build did not know it. */
  readonly revision: string;
}

export function readVersion(): Version {
  const text = readFileSync(builtFile("../package.json"), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return { version, revision: readRevision() };
}

function readRevision(): string {
  try {
    return readFileSync(builtFile("revision"), "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
