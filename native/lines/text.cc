// SPDX-License-Identifier: BSD-2-Clause
#include "text.h"

#include "kind_ops.h"

namespace tablesnoop {

namespace {

constexpr char kFound[] = "\x1b[32m";
constexpr char kFailed[] = "\x1b[31m";
constexpr char kPlain[] = "\x1b[0m";

}  // namespace

void AppendText(std::string& out, const EventView& view, const Vocabulary& words, const TextStyle& style) {
  const ts_event& head = view.Head();
  const KindOps& ops = OpsOf(head.kind);
  if (style.colour) out.append(head.error ? kFailed : kFound);
  ops.text(out, view, words, style);
  if (style.verbose >= TextStyle::kDetails) {
    // The line of a failed lookup ends in a blank.
    out.append(out.back() == ' ' ? "result: " : " result: ").append(words.Result(head));
    if (ops.details) ops.details(out, view);
  }
  if (style.colour) out.append(kPlain);
  out.push_back('\n');
}

}  // namespace tablesnoop
