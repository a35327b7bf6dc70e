// SPDX-License-Identifier: BSD-2-Clause
// Fuzz target: any bytes in the ring. Whatever is taken for an event gives lines that are one line each, hold nothing
// that a terminal acts on, and spell names so that the bytes can be told.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "../../native/lines/event_view.h"
#include "../../native/lines/json.h"
#include "../../native/lines/printable.h"
#include "../../native/lines/text.h"
#include "../native/samples.h"

using namespace tablesnoop;

namespace {

void Require(bool holds, const char* what, const std::string& line) {
  if (holds) return;
  fprintf(stderr, "%s: %s\n", what, line.c_str());
  abort();
}

void CheckLine(const std::string& line) {
  for (size_t at = 0; at < line.size();) {
    size_t size = LeadingCharacter(std::string_view(line).substr(at));
    Require(size > 0, "no UTF-8", line);
    uint8_t first = static_cast<uint8_t>(line[at]);
    Require(first >= 0x20 && first != 0x7f, "a control character", line);
    Require(first != 0xc2 || static_cast<uint8_t>(line[at + 1]) >= 0xa0, "a control character of C1", line);
    at += size;
  }
}

void CheckName(std::string_view name) {
  std::string spelled;
  AppendPrintable(spelled, name);
  CheckLine(spelled);
  Require(BytesOf(spelled) == name, "a spelling of other bytes", spelled);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Vocabulary words = SampleVocabulary();
  static const Names names = SampleNames();
  CheckName({reinterpret_cast<const char*>(data), size});
  // Aligned as in the ring, and of no more bytes than there are.
  auto record = std::make_unique<uint8_t[]>(size);
  if (size > 0) memcpy(record.get(), data, size);
  std::optional<EventView> view = EventView::Of(record.get(), size);
  if (!view) return 0;
  for (uint8_t verbose = 0; verbose <= TextStyle::kDetails; verbose++) {
    std::string line;
    AppendText(line, *view, words, {verbose, false});
    Require(line.back() == '\n', "no newline at the end", line);
    line.pop_back();
    CheckLine(line);
  }
  std::string line;
  AppendJson(line, *view, words, names, static_cast<int64_t>(view->Head().netns));
  CheckLine(line);
  return 0;
}
