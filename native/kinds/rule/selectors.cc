// SPDX-License-Identifier: BSD-2-Clause
#include "selectors.h"

#include "../../lines/append.h"
#include "../../lines/printable.h"

namespace tablesnoop {

namespace {

constexpr uint32_t kAllBits = 0xffffffff;
constexpr uint32_t kLastUid = 0xffffffff;

std::string Prefix(uint8_t family, const uint32_t address[4], uint8_t length) {
  std::string text;
  AppendAddress(text, family, address);
  text.push_back('/');
  AppendNumber(text, static_cast<unsigned>(length));
  return text;
}

std::string Hex(uint32_t number) {
  std::string text = "0x";
  AppendNumber(text, number, 16);
  return text;
}

std::string Name(const char name[16]) {
  std::string text;
  AppendName(text, name);
  return text;
}

}  // namespace

std::vector<Selector> SelectorsOf(const ts_rule_event& rule) {
  uint8_t family = rule.head.family;
  std::vector<Selector> selectors;
  if (rule.from_length) selectors.push_back({"from", Prefix(family, rule.from, rule.from_length)});
  if (rule.to_length) selectors.push_back({"to", Prefix(family, rule.to, rule.to_length)});
  if (rule.iif[0]) selectors.push_back({"iif", Name(rule.iif)});
  if (rule.oif[0]) selectors.push_back({"oif", Name(rule.oif)});
  if (rule.mark || rule.mark_mask) {
    std::string mask = rule.mark_mask == kAllBits ? "" : "/" + Hex(rule.mark_mask);
    selectors.push_back({"fwmark", Hex(rule.mark) + mask});
  }
  if (rule.tos) selectors.push_back({"tos", Hex(rule.tos)});
  if (rule.l3mdev) selectors.push_back({"l3mdev", ""});
  if (rule.uid_first != 0 || rule.uid_last != kLastUid) {
    selectors.push_back({"uidrange", std::to_string(rule.uid_first) + "-" + std::to_string(rule.uid_last)});
  }
  return selectors;
}

}  // namespace tablesnoop
