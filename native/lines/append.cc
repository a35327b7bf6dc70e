// SPDX-License-Identifier: BSD-2-Clause
#include "append.h"

#include <arpa/inet.h>

#include <cstring>

#include "../../bpf/tablesnoop_abi.h"

namespace tablesnoop {

void AppendAddress(std::string& out, uint8_t family, const uint32_t address[4]) {
  if (family == TS_IPV6) {
    char text[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, address, text, sizeof(text));
    out.append(text);
    return;
  }
  uint8_t bytes[4];
  memcpy(bytes, address, sizeof(bytes));
  for (int at = 0; at < 4; at++) {
    if (at > 0) out.push_back('.');
    AppendNumber(out, static_cast<unsigned>(bytes[at]));
  }
}

void AppendMac(std::string& out, const uint8_t mac[6]) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int at = 0; at < 6; at++) {
    if (at > 0) out.push_back(':');
    out.push_back(kDigits[mac[at] >> 4]);
    out.push_back(kDigits[mac[at] & 0xf]);
  }
}

}  // namespace tablesnoop
