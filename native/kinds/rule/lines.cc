// SPDX-License-Identifier: BSD-2-Clause
// The line of one walk of the rule list for one flow, with the rule that decided.
#include <linux/fib_rules.h>

#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"
#include "selectors.h"

namespace tablesnoop {

namespace {

// Null if no rule decided, or one that rejects by itself.
const uint32_t* TableOf(const ts_rule_event& rule) { return rule.head.code == FR_ACT_TO_TBL ? &rule.table : nullptr; }

void AppendDecision(std::string& out, const ts_rule_event& rule, const Vocabulary& words) {
  const uint32_t* table = TableOf(rule);
  out.append(rule.head.error == 0 ? "--> pref: " : "pref: ");
  AppendNumber(out, rule.priority);
  if (table) {
    out.append(" table: ");
    AppendNumber(out, *table);
  } else {
    out.append(" action: ").append(words.Result(rule.head));
  }
}

void AppendSelectors(std::string& out, const ts_rule_event& rule) {
  for (const Selector& selector : SelectorsOf(rule)) {
    out.append(" ").append(selector.word);
    if (!selector.value.empty()) out.append(" ").append(selector.value);
  }
}

void Text(std::string& out, const EventView& view, const Vocabulary& words, const TextStyle& style) {
  const auto& rule = view.As<ts_rule_event>();
  AppendFlowText(out, rule.head, rule.flow, "rule", nullptr, style);
  if (rule.head.code == FR_ACT_UNSPEC) return;
  AppendDecision(out, rule, words);
  if (style.verbose >= TextStyle::kFlow) AppendSelectors(out, rule);
  // A route in its table rejected: neither the rule's action nor its table tells how.
  bool is_said = rule.head.error == 0 || !TableOf(rule) || style.verbose >= TextStyle::kDetails;
  if (!is_said) out.append(" result: ").append(words.Result(rule.head));
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names& names) {
  const auto& rule = view.As<ts_rule_event>();
  bool has_decided = rule.head.code != FR_ACT_UNSPEC;
  AppendFlowJson(out, rule.head, rule.flow);
  AppendAnswerJson(out, rule.head, TableOf(rule), words, names);
  AppendKey(out, "priority");
  if (has_decided) {
    AppendNumber(out, rule.priority);
  } else {
    out.append("null");
  }
  AppendKeyWord(out, "action", words.Code(rule.head));
  AppendKey(out, "selectors");
  char separator = '{';
  for (const Selector& selector : has_decided ? SelectorsOf(rule) : std::vector<Selector>()) {
    out.push_back(separator);
    separator = ',';
    out.append("\"").append(selector.word).append("\":");
    if (selector.value.empty()) {
      out.append("true");
    } else {
      AppendJsonString(out, selector.value);
    }
  }
  out.append(separator == '{' ? "{}" : "}");
  AppendDecisionJson(out, rule.head);
}

}  // namespace

const KindOps kinds::rule = {"rule", sizeof(ts_rule_event), true, Json, Text};

}  // namespace tablesnoop
