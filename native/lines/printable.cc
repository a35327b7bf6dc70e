// SPDX-License-Identifier: BSD-2-Clause
#include "printable.h"

#include <cstdint>
#include <cstring>

namespace tablesnoop {

namespace {

constexpr char kDigits[] = "0123456789abcdef";

void AppendByte(std::string& out, char byte) {
  uint8_t number = static_cast<uint8_t>(byte);
  out.append("\\x").push_back(kDigits[number >> 4]);
  out.push_back(kDigits[number & 15]);
}

// Value of a digit as it is written or as people write it; -1 if it is none.
int DigitOf(char sign) {
  if (sign >= '0' && sign <= '9') return sign - '0';
  if (sign >= 'a' && sign <= 'f') return sign - 'a' + 10;
  if (sign >= 'A' && sign <= 'F') return sign - 'A' + 10;
  return -1;
}

// Whether it begins with \xNN.
bool BeginsWithByte(std::string_view text) {
  return text.size() >= 4 && text[0] == '\\' && text[1] == 'x' && DigitOf(text[2]) >= 0 && DigitOf(text[3]) >= 0;
}

bool IsPlain(std::string_view character, std::string_view rest) {
  uint8_t first = static_cast<uint8_t>(character[0]);
  if (character.size() == 1) return first >= 0x20 && first != 0x7f && !BeginsWithByte(rest);
  // U+0080 to U+009F
  return !(first == 0xc2 && static_cast<uint8_t>(character[1]) < 0xa0);
}

}  // namespace

size_t LeadingCharacter(std::string_view text) {
  auto byte = [&](size_t at) { return at < text.size() ? static_cast<uint8_t>(text[at]) : 0; };
  uint8_t first = byte(0);
  if (text.empty()) return 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // The second byte alone rules out spellings that are too long, surrogates, and what is above U+10FFFF.
  uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < least || byte(1) > most) return 0;
  for (size_t at = 2; at < size; at++) {
    if (byte(at) < 0x80 || byte(at) > 0xbf) return 0;
  }
  return size;
}

void AppendPrintable(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    size_t size = LeadingCharacter(bytes);
    if (size == 0) {
      AppendByte(out, bytes[0]);
      size = 1;
    } else if (IsPlain(bytes.substr(0, size), bytes)) {
      out.append(bytes.substr(0, size));
    } else {
      for (char byte : bytes.substr(0, size)) AppendByte(out, byte);
    }
    bytes.remove_prefix(size);
  }
}

void AppendName(std::string& out, const char name[16]) { AppendPrintable(out, {name, strnlen(name, 16)}); }

std::string BytesOf(std::string_view printable) {
  std::string bytes;
  while (!printable.empty()) {
    bool is_byte = BeginsWithByte(printable);
    bytes.push_back(is_byte ? static_cast<char>(DigitOf(printable[2]) << 4 | DigitOf(printable[3])) : printable[0]);
    printable.remove_prefix(is_byte ? 4 : 1);
  }
  return bytes;
}

}  // namespace tablesnoop
