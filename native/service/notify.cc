// SPDX-License-Identifier: BSD-2-Clause
#include "notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "../probe/kernel_error.h"

namespace tablesnoop {

namespace {

constexpr char kAct[] = "notify";

sockaddr_un SocketName(const std::string& address) {
  if (address.empty() || (address[0] != '/' && address[0] != '@')) {
    throw KernelError(kAct, address, EAFNOSUPPORT, "only a path or an abstract name can be written to");
  }
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  if (address.size() >= sizeof(name.sun_path)) throw KernelError(kAct, address, ENAMETOOLONG);
  std::copy(address.begin(), address.end(), name.sun_path);
  if (address[0] == '@') name.sun_path[0] = '\0';
  return name;
}

}  // namespace

void Notify(const std::string& address, const std::string& message) {
  sockaddr_un name = SocketName(address);
  // An abstract name ends with its length; a path may.
  socklen_t size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) throw KernelError(kAct, address, errno);
  ssize_t sent =
      sendto(socket, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&name), size);
  int error = errno;
  close(socket);
  if (sent < 0) throw KernelError(kAct, address, error);
}

}  // namespace tablesnoop
