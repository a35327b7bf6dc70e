import { expect, it } from "vitest";
import { Folder } from "../../../daemon/netns/folder.js";

const DEVICE = 4;
const NAMES = Array.from({ length: 10_000 }, (_, n) => `loop-${n}`);

it("looks at a few hundred of ten thousand entries that loop, the first times and later", () => {
  let looks = 0;
  const folder = new Folder("/run/netns", () => {
    looks += 1;
    throw Object.assign(new Error("too many symbolic links"), { code: "ELOOP" });
  });
  for (let refresh = 0; refresh < 100; refresh += 1) {
    looks = 0;
    folder.namespaces(NAMES, DEVICE);
    expect(looks, `refresh ${refresh}`).toBeLessThanOrEqual(700);
  }
  expect(folder.unreadable()).toMatchObject({ count: 10_000, codes: new Set(["ELOOP"]) });
});

it("finds a namespace mounted over one of ten thousand entries that were none, within fifty refreshes", () => {
  let mounted = "";
  const folder = new Folder("/run/netns", (path) => ({ dev: path.endsWith(`/${mounted}`) ? DEVICE : 1, ino: 23 }));
  for (let refresh = 0; refresh < 20; refresh += 1) folder.namespaces(NAMES, DEVICE);
  mounted = "loop-9999";
  const found = Array.from({ length: 50 }, () => folder.namespaces(NAMES, DEVICE)).flat();
  expect(found).toContainEqual({ name: mounted, inode: 23 });
});
