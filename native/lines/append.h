// SPDX-License-Identifier: BSD-2-Clause
// The pieces lines are made of, appended to a buffer: numbers and addresses.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>

namespace tablesnoop {

template <typename Number>
void AppendNumber(std::string& out, Number number, int base = 10) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof(digits), number, base);
  out.append(digits, end.ptr);
}

// As inet_ntop writes it. family: enum ts_family.
void AppendAddress(std::string& out, uint8_t family, const uint32_t address[4]);

// As `bridge fdb` writes it.
void AppendMac(std::string& out, const uint8_t mac[6]);

}  // namespace tablesnoop
