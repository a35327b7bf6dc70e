// What is mutated, by room, and the unit tests that must notice: those of the room alone, so that a file is judged by its
// own tests and not by whoever happens to use it.

/**
 * @typedef {object} Room
 * @property {readonly string[]} mutate
 * @property {readonly string[]} tests
 */

/** @type {Readonly<Record<string, Room>>} */
export const ROOMS = {
  fib: some("fib", "tables"),
  netns: { mutate: ["daemon/netns/*.ts"], tests: ["test/unit/netns/*.test.ts"] },
  stream: some("stream", "prefix", "query"),
  flags: { mutate: ["daemon/flags/*.ts"], tests: ["test/unit/flags/*.test.ts"] },
  web_config: { mutate: ["daemon/web_config/*.ts"], tests: ["test/unit/web_config/*.test.ts"] },
  // The worker runs from dist/, where no mutant is.
  login: { mutate: ["daemon/login/!(bcrypt_worker).ts"], tests: ["test/unit/login/*.test.ts"] },
  // What needs no server to be asked.
  http: some("http", "accept", "parameters", "stream_query"),
  kinds: {
    mutate: ["daemon/kinds/*/{choices,result,route_type}.ts", "daemon/fib/rejection.ts"],
    tests: ["test/unit/kinds/*.test.ts"],
  },
  destinations: { mutate: ["daemon/destinations/*.ts"], tests: ["test/unit/destinations/*.test.ts"] },
};

/**
 * Some files of a room, each with the tests of its name.
 *
 * @param {string} room
 * @param {...string} files
 * @returns {Room}
 */
function some(room, ...files) {
  return {
    mutate: files.map((file) => `daemon/${room}/${file}.ts`),
    tests: files.map((file) => `test/unit/${room}/${file}.test.ts`),
  };
}

/** Says to Stryker, and to what it starts, which room it is about. */
export const ROOM_VARIABLE = "MUTATION_ROOM";

/** @returns {{ name: string } & Room} */
export function chosenRoom() {
  const name = process.env[ROOM_VARIABLE] ?? "";
  const room = ROOMS[name];
  if (room === undefined)
    throw new Error(`mutate ${name || "nothing"}: no such room; start with npm run test:mutation`);
  return { name, ...room };
}

/**
 * Folder of what is told about a room.
 *
 * @param {string} room
 */
export function reportOf(room) {
  return `test-output/mutation/${room}`;
}

/**
 * File of what Stryker knows of a room for the next time.
 *
 * @param {string} room
 */
export function memoryOf(room) {
  return `${reportOf(room)}/incremental.json`;
}
