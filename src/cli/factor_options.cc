#include "cli/factor_options.h"

#include <algorithm>

#include "base/text.h"
#include "cli/invocation.h"
#include "verify/factor_findings.h"

namespace ibid::cli {
namespace {

constexpr int64_t kWidth = 100;

Style style_of(const std::string& status) {
  if (status == "same" || status == "controlled") return Style::kGood;
  return status == "differs" ? Style::kBad : Style::kWarning;
}

std::string padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

}  // namespace

std::vector<OptionSpec> factor_options() {
  return {
      {.name = "factor",
       .type = OptionType::kText,
       .value_name = "NAME",
       .help = "vary what probes one of the twenty factors of irreproducibility, and report on it: A1 to A6, "
               "I1 to I7, O1 to O7, or a part of its name",
       .repeatable = true},
      {.name = "all-factors", .help = "the same for all twenty; whatever cannot be probed has its reason"}};
}

Result<Factors> read_factors(const Invocation& invocation) {
  std::set<const verify::TaxonomyFactor*> named;
  for (const std::string& text : invocation.texts("factor")) {
    IBID_ASSIGN(const verify::TaxonomyFactor* factor, verify::find_factor(text));
    named.insert(factor);
  }
  Factors factors;
  for (const verify::TaxonomyFactor& factor : verify::taxonomy()) {
    if (invocation.flag("all-factors") || named.contains(&factor)) factors.push_back(&factor);
  }
  return factors;
}

std::set<std::string_view> probes_of(const Factors& factors) {
  std::set<std::string_view> probes;
  for (const verify::TaxonomyFactor* factor : factors)
    probes.insert(factor->probes.begin(), factor->probes.end());
  return probes;
}

std::string factors_text(const Console& console, const Json& factors) {
  std::string text = "factors of irreproducibility:\n";
  for (const Json& factor : factors) {
    const std::string status = factor.value("status", "");
    text += "  " + factor.value("code", "") + " " + padded(factor.value("title", ""), 38) + " " +
            console.styled(style_of(status), status) + "\n";
    for (const std::string& line : wrap_text(verify::finding_text(factor), kWidth))
      text += "       " + line + "\n";
  }
  return text;
}

}  // namespace ibid::cli
