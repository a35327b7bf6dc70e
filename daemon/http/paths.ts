// Every path the daemon serves, but for that of the metrics, which the operator chooses among the others. Pure.

export const PATHS = {
  page: "/",
  script: "/page.js",
  style: "/page.css",
  lookups: "/api/lookups",
  history: "/api/history",
  failures: "/api/failures",
  changes: "/api/changes",
  stream: "/stream",
  healthy: "/-/healthy",
  ready: "/-/ready",
  reload: "/-/reload",
} as const;
