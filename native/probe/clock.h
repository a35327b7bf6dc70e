// SPDX-License-Identifier: BSD-2-Clause
// The clocks, in nanoseconds: that of the kernel's events, which never goes back, and that of people.
#pragma once

#include <cstdint>
#include <ctime>

namespace tablesnoop {

inline int64_t Nanoseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

inline int64_t Milliseconds(clockid_t clock) { return Nanoseconds(clock) / 1000000; }

// To be added to the time of an event. It changes when somebody sets the clock.
inline int64_t UnixOffsetNs() { return Nanoseconds(CLOCK_REALTIME) - Nanoseconds(CLOCK_MONOTONIC); }

}  // namespace tablesnoop
