// What packages are made for: x86-64, where they are made, and arm64, for which compilers here make them.

/**
 * @typedef {object} Architecture
 * @property {"x64" | "arm64"} node as Node.js calls it
 * @property {"amd64" | "arm64"} debian as Debian calls it
 * @property {string} strip the program that takes symbols out of what runs there
 */

/** @type {Architecture} */
export const X64 = { node: "x64", debian: "amd64", strip: "strip" };

/** @type {Architecture} */
export const ARM64 = { node: "arm64", debian: "arm64", strip: "aarch64-linux-gnu-strip" };
