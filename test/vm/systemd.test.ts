// The package on each release of Debian that it is for. One guest at a time: others run beside this file.

import { DEBIAN_12, DEBIAN_13 } from "./systemd_root.js";
import { describePackageOn } from "./systemd_suite.js";

await describePackageOn(DEBIAN_12);
await describePackageOn(DEBIAN_13);
