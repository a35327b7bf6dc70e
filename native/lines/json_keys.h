// SPDX-License-Identifier: BSD-2-Clause
// The keys that JSON objects of lookups are made of, each with a comma before it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "append.h"

namespace tablesnoop {

// Quoted. Takes UTF-8; control characters are escaped.
void AppendJsonString(std::string& out, std::string_view text);

void AppendKey(std::string& out, const char* key);

template <typename Number>
void AppendKeyNumber(std::string& out, const char* key, Number number) {
  AppendKey(out, key);
  AppendNumber(out, number);
}

// A name of the kernel's of at most 16 bytes, NUL-padded, as lines/printable.h spells it; null if it is empty.
void AppendKeyName(std::string& out, const char* key, const char name[16]);

// Null if there is none, or it is empty.
void AppendKeyWord(std::string& out, const char* key, const std::string* word);

void AppendKeyMac(std::string& out, const char* key, const uint8_t mac[6]);

// family: enum ts_family. A null pointer becomes null.
void AppendKeyAddress(std::string& out, const char* key, uint8_t family, const uint32_t* address);

}  // namespace tablesnoop
