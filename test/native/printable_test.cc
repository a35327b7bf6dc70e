// SPDX-License-Identifier: BSD-2-Clause
#include "../../native/lines/printable.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <string>

using namespace tablesnoop;

namespace {

std::string Spell(const std::string& bytes) {
  std::string out;
  AppendPrintable(out, bytes);
  return out;
}

bool IsFit(const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    size_t size = LeadingCharacter(std::string_view(text).substr(at));
    if (size == 0) return false;
    uint8_t first = static_cast<uint8_t>(text[at]);
    if (first < 0x20 || first == 0x7f) return false;
    if (first == 0xc2 && static_cast<uint8_t>(text[at + 1]) < 0xa0) return false;
    at += size;
  }
  return true;
}

}  // namespace

TEST_CASE("printable: names as they are given to devices stay as they are") {
  for (const char* name :
       {"", "eth0", "veth-a.100@if7", "wg_tunnel", "a\\b", "\\x", "\\x4", "\\xg0", "\"q\"", "$(id)"}) {
    CHECK(Spell(name) == name);
  }
}

TEST_CASE("printable: UTF-8 stays as it is") {
  for (const char* name :
       {"é€", "\u00a0", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff", "网络0"}) {
    CHECK(Spell(name) == name);
  }
}

TEST_CASE("printable: what a terminal acts on is written by its number") {
  CHECK(Spell("\x1b[2J\x1b]0;x\x07") == "\\x1b[2J\\x1b]0;x\\x07");
  CHECK(Spell("a\nb\rc\td") == "a\\x0ab\\x0dc\\x09d");
  CHECK(Spell(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(Spell("\x7f") == "\\x7f");
  CHECK(Spell("\u0080\u009b\u009f") == "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f");
}

TEST_CASE("printable: what is no UTF-8 is written by its number, byte by byte") {
  CHECK(Spell("\x9b"
              "31m") == "\\x9b31m");
  CHECK(Spell("a\xff") == "a\\xff");
  CHECK(Spell("\xc3") == "\\xc3");
  CHECK(Spell("\xe2\x82") == "\\xe2\\x82");
  CHECK(Spell("\xe2\x82z") == "\\xe2\\x82z");
  CHECK(Spell("\xf0\x9f\x98") == "\\xf0\\x9f\\x98");
  CHECK(Spell("\xc0\xaf") == "\\xc0\\xaf");  // too long a spelling of "/"
  CHECK(Spell("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");
  CHECK(Spell("\xf0\x80\x80\xaf") == "\\xf0\\x80\\x80\\xaf");
  CHECK(Spell("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
  CHECK(Spell("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  CHECK(Spell("\xf5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
}

TEST_CASE("printable: a name that reads as the spelling of a byte is not taken for it") {
  CHECK(Spell("\\x1b") == "\\x5cx1b");
  CHECK(Spell("\\x1B") == "\\x5cx1B");
  CHECK(Spell("\x1b") == "\\x1b");
  CHECK(Spell("\\\x1b") == "\\\\x1b");
  CHECK(BytesOf("\\\\x1b") == "\\\x1b");
  CHECK(BytesOf("\\x5cx1b") == "\\x1b");
}

TEST_CASE("printable: any bytes are spelled fit for a terminal, and the spelling tells the bytes") {
  std::mt19937 random(23);
  const std::string tricky = "\\x0159afAF\x1b\xc2\x9b\xe2\x82\xac\xff";
  for (int round = 0; round < 20000; round++) {
    std::string bytes;
    size_t size = random() % 16;
    for (size_t at = 0; at < size; at++) {
      bytes.push_back(random() % 2 ? tricky[random() % tricky.size()] : static_cast<char>(random()));
    }
    std::string spelled = Spell(bytes);
    REQUIRE(IsFit(spelled));
    REQUIRE(BytesOf(spelled) == bytes);
  }
}

TEST_CASE("printable: no two names of two bytes are spelled alike") {
  std::set<std::string> seen;
  for (int first = 0; first < 256; first++) {
    for (int second = 0; second < 256; second++) {
      seen.insert(Spell({static_cast<char>(first), static_cast<char>(second)}));
    }
  }
  CHECK(seen.size() == 65536);
}

TEST_CASE("printable: a name is at most 16 bytes and ends at its NUL") {
  char name[16];
  memset(name, 'a', sizeof(name));
  std::string out;
  AppendName(out, name);
  CHECK(out == std::string(16, 'a'));
  name[3] = '\0';
  out.clear();
  AppendName(out, name);
  CHECK(out == "aaa");
}
