// The first file of each program, and the only one it is sure to read: with too few file descriptors the others cannot be.

/** `load` runs the program, which tells of its own errors. */
export async function loadProgram(name: string, load: () => Promise<unknown>): Promise<void> {
  try {
    await load();
  } catch (error) {
    const [cause] = String(error instanceof Error ? error.message : error).split("\n", 1);
    const hint = "raise the limit of open files (ulimit -n), or install it again";
    process.stderr.write(`${name}: load the program: ${cause}; ${hint}\n`);
    process.exitCode = 1;
  }
}
