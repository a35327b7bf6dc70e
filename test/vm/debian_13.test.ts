// See systemd_suite.ts. Each release has a file of its own, so that they run beside each other.

import { DEBIAN_13 } from "./systemd_root.js";
import { describePackageOn } from "./systemd_suite.js";

await describePackageOn(DEBIAN_13);
