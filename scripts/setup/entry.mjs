// Entry of the set-up: what `npm start`, `npm test` and `npm run build` call first. Only looks at Node's version and
// the flags; static imports would make an old Node stop at a syntax error before it could say what is wrong.

const [major] = process.versions.node.split(".");
if (Number(major) < 20) {
  process.stderr.write(
    `set-up: run on Node ${process.versions.node}: too old; install Node 20 or newer (nodejs.org; ` +
      "Debian 12's own package is Node 18)\n",
  );
  process.exitCode = 1;
} else {
  import("./main.mjs").then(({ main }) => main(process.argv.slice(2)));
}
