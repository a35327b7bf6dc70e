// Where the project's folder is, for test code that runs both from test/ and, compiled, from dist/test/.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export function projectPath(...parts: readonly string[]): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`find the project's folder: no package.json above ${fileURLToPath(import.meta.url)}`);
    }
    folder = parent;
  }
  return join(folder, ...parts);
}
