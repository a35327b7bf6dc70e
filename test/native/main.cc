// SPDX-License-Identifier: BSD-2-Clause
// Runs the unit tests of native/ that need no kernel. native.test.ts runs each case on its own.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
