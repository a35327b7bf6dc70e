// SPDX-License-Identifier: BSD-2-Clause
#include "json_keys.h"

#include <cstring>

#include "printable.h"

namespace tablesnoop {

namespace {

void AppendEscaped(std::string& out, uint8_t number) {
  const char digits[] = "0123456789abcdef";
  out.append("\\u00").push_back(digits[number >> 4]);
  out.push_back(digits[number & 15]);
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  for (size_t at = 0; at < text.size(); at++) {
    uint8_t byte = static_cast<uint8_t>(text[at]);
    uint8_t next = at + 1 < text.size() ? static_cast<uint8_t>(text[at + 1]) : 0;
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(text[at]);
    } else if (byte < 0x20 || byte == 0x7f) {
      AppendEscaped(out, byte);
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      // U+0080 to U+009F
      AppendEscaped(out, next);
      at++;
    } else {
      out.push_back(text[at]);
    }
  }
  out.push_back('"');
}

void AppendKey(std::string& out, const char* key) { out.append(",\"").append(key).append("\":"); }

void AppendKeyName(std::string& out, const char* key, const char name[16]) {
  std::string printable;
  AppendName(printable, name);
  AppendKeyWord(out, key, &printable);
}

void AppendKeyWord(std::string& out, const char* key, const std::string* word) {
  AppendKey(out, key);
  if (!word || word->empty()) {
    out.append("null");
  } else {
    AppendJsonString(out, *word);
  }
}

void AppendKeyMac(std::string& out, const char* key, const uint8_t mac[6]) {
  AppendKey(out, key);
  out.push_back('"');
  AppendMac(out, mac);
  out.push_back('"');
}

void AppendKeyAddress(std::string& out, const char* key, uint8_t family, const uint32_t* address) {
  AppendKey(out, key);
  if (!address) {
    out.append("null");
    return;
  }
  out.push_back('"');
  AppendAddress(out, family, address);
  out.push_back('"');
}

}  // namespace tablesnoop
