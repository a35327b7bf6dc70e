// SPDX-License-Identifier: BSD-2-Clause
// A socket that hears what the kernel says of routes and of what routes go with, in the namespace of the thread that
// opens it. Takes no capability. Used by one thread.
#pragma once

#include <libmnl/libmnl.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace tablesnoop {

class NetlinkSocket {
 public:
  // Throws KernelError.
  NetlinkSocket();
  // From here on it hears. Throws KernelError.
  void Subscribe();

  int Descriptor() const { return mnl_socket_get_fd(socket_.get()); }
  // By which the kernel knows it: of answers to what it asked.
  uint32_t Port() const { return mnl_socket_get_portid(socket_.get()); }
  // Of the namespace it hears.
  uint64_t NetnsCookie() const;

  // Asks for all routes of a family (AF_INET, AF_INET6): they come among the rest, with this number. Throws
  // KernelError.
  void AskForRoutes(uint8_t family, uint32_t number);

  struct Received {
    const nlmsghdr* message = nullptr;  // the first of them; valid until the next call
    size_t bytes = 0;                   // 0: nothing waits
    bool has_lost = false;              // the kernel had no room for some
  };
  // Does not wait. Throws KernelError.
  Received Receive();

 private:
  struct Close {
    void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
  };
  std::unique_ptr<mnl_socket, Close> socket_;
  std::vector<uint32_t> buffer_;  // aligned as messages are
};

}  // namespace tablesnoop
