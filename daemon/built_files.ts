// Where what is built beside the program lies: dist/. This file has to stay at the top of daemon/, for it is run from
// dist/daemon/ and, as part of a bundle, from dist/program/.

/** `name`: relative to dist/, such as page/page.js. */
export function builtFile(name: string): URL {
  return new URL(`../${name}`, import.meta.url);
}
