#include "report/compare.h"

#include <algorithm>
#include <map>

#include "base/number_text.h"
#include "report/value_text.h"

namespace ibid::report {
namespace {

std::string fact_text(const Json& fact, const Field& field) {
  if (fact.contains("unknown")) return "unknown: " + fact["unknown"].get<std::string>();
  if (fact.contains("redacted")) return "left out";
  return value_text(fact["value"], field);
}

Verdict verdict_of(Matters matters) {
  switch (matters) {
    case Matters::kClass:
      return Verdict::kDifferentClass;
    case Matters::kMay:
      return Verdict::kMayDiffer;
    case Matters::kSpeed:
    case Matters::kNo:
      break;
  }
  return Verdict::kSame;
}

class Comparer {
 public:
  explicit Comparer(std::string_view framework) : framework_(framework) {}

  void item(const Json& a, const Json& b, const Section& section, const std::string& label) {
    for (const Field& field : section.fields) {
      const std::string name(field.name);
      const Json &left = a[name], &right = b[name];
      const bool known = left.contains("value") && right.contains("value");
      // Where neither machine says, there is nothing to tell apart.
      if (known ? left["value"] == right["value"] : !left.contains("value") && !right.contains("value"))
        continue;
      add({&section, &field, label, fact_text(left, field), fact_text(right, field), !known});
    }
  }

  void list(const Json& a, const Json& b, const Section& section) {
    if (!section.key.empty()) return keyed_list(a, b, section);
    const size_t n_a = a["items"].size(), n_b = b["items"].size();
    for (size_t i = 0; i < std::min(n_a, n_b); ++i)
      item(a["items"][i], b["items"][i], section, number_text(static_cast<int64_t>(i + 1)));
    if (n_a == n_b) return;
    add({&section, nullptr, "", number_text(static_cast<int64_t>(n_a)),
         number_text(static_cast<int64_t>(n_b)), a.contains("unknown") || b.contains("unknown")});
  }

  // Items that have the same key belong together, the first with the first.
  void keyed_list(const Json& a, const Json& b, const Section& section) {
    const bool undecided = a.contains("unknown") || b.contains("unknown");
    std::multimap<std::string, const Json*> others;
    for (const Json& right : b["items"]) others.emplace(key_of(right, section), &right);
    for (const Json& left : a["items"]) {
      const std::string key = key_of(left, section);
      const auto found = others.lower_bound(key);
      if (found == others.end() || found->first != key) {
        add({&section, nullptr, key, "there", "not there", undecided});
        continue;
      }
      item(left, *found->second, section, key);
      others.erase(found);
    }
    for (const auto& [key, right] : others) add({&section, nullptr, key, "not there", "there", undecided});
  }

  static std::string key_of(const Json& item, const Section& section) {
    for (const Field& field : section.fields) {
      if (field.name == section.key) return fact_text(item[std::string(field.name)], field);
    }
    return {};
  }

  Comparison take() { return std::move(comparison_); }

 private:
  // A list of another length counts as much as the field in it that counts most.
  Verdict weight(const Difference& difference) const {
    Verdict weight = Verdict::kSame;
    for (const Field& field : difference.section->fields) {
      const bool concerned = difference.field == nullptr || difference.field == &field;
      if (concerned && counts_for(field, framework_)) weight = std::max(weight, verdict_of(field.matters));
    }
    // What nobody can tell is no proof of another class.
    return difference.undecided ? std::min(weight, Verdict::kMayDiffer) : weight;
  }

  void add(Difference difference) {
    comparison_.verdict = std::max(comparison_.verdict, weight(difference));
    comparison_.differences.push_back(std::move(difference));
  }

  std::string_view framework_;
  Comparison comparison_;
};

}  // namespace

bool counts_for(const Field& field, std::string_view framework) {
  if (field.matters != Matters::kClass && field.matters != Matters::kMay) return false;
  return framework.empty() || field.frameworks.empty() ||
         std::ranges::find(field.frameworks, framework) != field.frameworks.end();
}

Comparison compare(const Json& a, const Json& b, std::span<const Section> sections,
                   std::string_view framework) {
  Comparer comparer(framework);
  for (const Section& section : sections) {
    const std::string name(section.name);
    if (section.is_list) {
      comparer.list(a[name], b[name], section);
    } else {
      comparer.item(a[name], b[name], section, "");
    }
  }
  return comparer.take();
}

std::vector<std::string> named_frameworks(std::span<const Section> sections) {
  std::vector<std::string> names;
  for (const Section& section : sections) {
    for (const Field& field : section.fields) {
      for (std::string_view name : field.frameworks) {
        if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
      }
    }
  }
  return names;
}

std::string_view verdict_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSame:
      return "same results expected";
    case Verdict::kMayDiffer:
      return "may differ";
    case Verdict::kDifferentClass:
      return "different class";
  }
  return "unknown";
}

}  // namespace ibid::report
