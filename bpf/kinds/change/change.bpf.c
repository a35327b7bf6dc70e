// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* No program: rtnetlink tells of these (native/rtnetlink/), in the namespace it is asked in. */
