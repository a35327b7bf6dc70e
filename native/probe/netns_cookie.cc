// SPDX-License-Identifier: BSD-2-Clause
#include "netns_cookie.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "kernel_error.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71  // since 5.14, as our own oldest kernel; libc may be older
#endif

namespace tablesnoop {

namespace {

constexpr const char kOwn[] = "the cookie of the own network namespace";

// Returns 0 or an errno.
int Read(int socket, uint64_t& cookie) {
  socklen_t size = sizeof(cookie);
  return getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0 ? 0 : errno;
}

}  // namespace

uint64_t NetnsCookieOf(int socket) {
  uint64_t cookie = 0;
  int error = Read(socket, cookie);
  if (error) throw KernelError("read", kOwn, error);
  return cookie;
}

uint64_t OwnNetnsCookie() {
  int any = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0) throw KernelError("open", "a socket", errno);
  uint64_t cookie = 0;
  int error = Read(any, cookie);
  close(any);
  if (error) throw KernelError("read", kOwn, error);
  return cookie;
}

}  // namespace tablesnoop
