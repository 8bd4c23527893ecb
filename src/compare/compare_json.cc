#include <algorithm>
#include <bit>
#include <map>
#include <vector>

#include "base/number_text.h"
#include "compare/content_comparison.h"
#include "compare/element_type.h"

namespace ibid::compare {
namespace {

constexpr int kMaxDepth = 500;

class JsonWalk {
 public:
  void visit(const Json& a, const Json& b, const std::string& path, int depth) {
    if (depth > kMaxDepth) {
      too_deep_ = true;
    } else if (a.is_object() && b.is_object()) {
      visit_objects(a, b, path, depth);
    } else if (a.is_array() && b.is_array()) {
      for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        const std::string inner = path + "/" + number_text(static_cast<int64_t>(i));
        if (i < a.size() && i < b.size())
          visit(a[i], b[i], inner, depth + 1);
        else
          note(inner, i < a.size() ? &a[i] : nullptr, i < b.size() ? &b[i] : nullptr);
      }
    } else {
      ++n_values_;
      if (!same_scalar(a, b)) note(path, &a, &b);
    }
  }

  Result<Finding> finding() const {
    if (too_deep_) return Error(ErrorCode::kUnsupported, "values are nested more than 500 deep");
    Finding finding;
    finding.same = n_different_ == 0;
    finding.details = {
        {"compared_values", n_values_}, {"different_values", n_different_}, {"same_order", same_order_}};
    if (finding.same) {
      finding.summary =
          same_order_ ? "the same values, written otherwise" : "the same values, members in another order";
      return finding;
    }
    finding.summary = number_text(n_different_) + (n_different_ == 1 ? " value differs" : " values differ");
    if (max_ulp_) finding.summary += ", max " + number_text(*max_ulp_) + " ULP";
    finding.summary +=
        ", first " + (first_.empty() ? "the whole" : first_) + ": " + first_a_ + " / " + first_b_;
    finding.details["first"] = {{"path", first_}, {"a", first_a_}, {"b", first_b_}};
    if (max_ulp_) finding.details["max_ulp"] = *max_ulp_;
    return finding;
  }

 private:
  void visit_objects(const Json& a, const Json& b, const std::string& path, int depth) {
    std::vector<std::string> keys_a, keys_b;
    for (const auto& [key, value] : a.items()) keys_a.push_back(key);
    for (const auto& [key, value] : b.items()) keys_b.push_back(key);
    same_order_ = same_order_ && keys_a == keys_b;
    // Members lie in a list: finding each anew would take the square of their number.
    const std::map<std::string, const Json*> in_a = members(a), in_b = members(b);
    for (const std::string& key : keys_a) {
      const auto other = in_b.find(key);
      if (other == in_b.end())
        note(path + "/" + key, in_a.at(key), nullptr);
      else
        visit(*in_a.at(key), *other->second, path + "/" + key, depth + 1);
    }
    for (const std::string& key : keys_b) {
      if (!in_a.contains(key)) note(path + "/" + key, nullptr, in_b.at(key));
    }
  }

  static std::map<std::string, const Json*> members(const Json& object) {
    std::map<std::string, const Json*> found;
    for (const auto& [key, value] : object.items()) found[key] = &value;
    return found;
  }

  bool same_scalar(const Json& a, const Json& b) {
    if (!a.is_number() || !b.is_number()) return a == b;
    if (a.is_number_integer() && b.is_number_integer()) return a == b;
    const auto bits = [](const Json& value) { return std::bit_cast<uint64_t>(value.get<double>()); };
    const auto distance = distance_ulp(ElementType::kF64, bits(a), bits(b));
    if (distance && *distance > 0) max_ulp_ = std::max(max_ulp_.value_or(0), *distance);
    return distance == 0;
  }

  void note(const std::string& path, const Json* a, const Json* b) {
    if (++n_different_ > 1) return;
    const auto text = [](const Json* value) {
      return value == nullptr ? "absent"
                              : shortened(value->dump(-1, ' ', false, Json::error_handler_t::replace));
    };
    first_ = path;
    first_a_ = text(a);
    first_b_ = text(b);
  }

  int64_t n_values_ = 0, n_different_ = 0;
  bool same_order_ = true, too_deep_ = false;
  std::optional<uint64_t> max_ulp_;
  std::string first_, first_a_, first_b_;
};

}  // namespace

Result<Finding> compare_json(std::string_view a, std::string_view b) {
  IBID_ASSIGN(const Json x, parse_json(a, "the first file"));
  IBID_ASSIGN(const Json y, parse_json(b, "the second file"));
  JsonWalk walk;
  walk.visit(x, y, "", 0);
  return walk.finding();
}

}  // namespace ibid::compare
