/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* No program of its own: those of route lookups count it (encap.bpf.h). */

#include "encap.bpf.h"
