// Preloaded into a daemon: SIGUSR2 has its garbage collected, and it tells the bytes that it keeps: what is resident, less what
// V8 holds for garbage to come.

process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  process.stderr.write(`keeps ${rss - (heapTotal - heapUsed)} bytes\n`);
});
