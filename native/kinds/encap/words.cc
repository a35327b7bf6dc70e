// SPDX-License-Identifier: BSD-2-Clause
#include "words.h"

#include <span>

namespace tablesnoop {

namespace {

// By number. The first two are also in daemon/kinds/encap/words.ts, for labels; a test compares them.
constexpr const char* kTunnels[] = {"", "mpls", "ip", "ila", "ip6", "seg6", "bpf", "seg6local", "rpl", "ioam6", "xfrm"};
constexpr const char* kActions[] = {"",        "End",     "End.X",   "End.T",   "End.DX2",       "End.DX6",
                                    "End.DX4", "End.DT6", "End.DT4", "End.B6",  "End.B6.Encaps", "End.BM",
                                    "End.S",   "End.AS",  "End.AM",  "End.BPF", "End.DT46"};
constexpr const char* kModes[] = {"inline", "encap", "l2encap", "encap.red", "l2encap.red"};
constexpr const char* kFlavors[] = {"", "psp", "usp", "usd", "next-csid"};

std::string WordOf(std::span<const char* const> words, uint32_t number) {
  if (number < words.size() && words[number][0] != '\0') return words[number];
  return std::to_string(number);
}

}  // namespace

std::string TunnelWord(uint32_t type) { return WordOf(kTunnels, type); }
std::string ActionWord(uint32_t action) { return WordOf(kActions, action); }
std::string ModeWord(uint32_t mode) { return WordOf(kModes, mode); }
std::string FlavorWord(uint32_t flavor) { return WordOf(kFlavors, flavor); }

}  // namespace tablesnoop
