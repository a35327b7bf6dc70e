// SPDX-License-Identifier: BSD-2-Clause
// What lines say of a lookup by IP addresses, whatever its kind: the flow, the table, the result.
#pragma once

#include <cstdint>
#include <string>

#include "text.h"
#include "words.h"

namespace tablesnoop {

// A device, `-` if there is none.
void AppendDevice(std::string& out, const char name[16]);

// "netns: ", its cookie or `?` if that is unknown, and a blank.
void AppendNetnsText(std::string& out, const ts_event& head);

// The addresses, up to the blank behind the destination: `tag` is what stands before the 4 or the 6.
void AppendAddressesText(std::string& out, const ts_event& head, const char* tag, const uint32_t src[4],
                         const uint32_t dst[4]);

// Up to the blank behind the destination: `tag` is what stands before the 4 or the 6. table: null if it is not said.
void AppendFlowText(std::string& out, const ts_event& head, const ts_flow& flow, const char* tag, const uint32_t* table,
                    const TextStyle& style);

// Of the event of a route that somebody held ready; null if it has none.
template <typename Event>
const uint32_t* HeldGateway(const Event& held) {
  return held.gateway_family == TS_NO_FAMILY ? nullptr : held.gateway;
}

// "gw: " and the gateway, if there is one, up to the blank before the egress. gateway: null if there is none.
void AppendNexthopText(std::string& out, const ts_event& head, const uint32_t* gateway, uint8_t gateway_family);

// Keys src to proto.
void AppendFlowJson(std::string& out, const ts_event& head, const ts_flow& flow);

// Key decision; null if it cannot be told.
void AppendDecisionJson(std::string& out, const ts_event& head);

// Keys table, result and errno. table: null if there is none.
void AppendAnswerJson(std::string& out, const ts_event& head, const uint32_t* table, const Vocabulary& words,
                      const Names& names);

}  // namespace tablesnoop
