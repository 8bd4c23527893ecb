#include "compare/tensor_difference.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/signals.h"

namespace ibid::compare {
namespace {

std::string index_text(const std::vector<int64_t>& index) {
  std::vector<std::string> parts;
  for (const int64_t i : index) parts.push_back(number_text(i));
  return join(parts, ",");
}

std::string element_text(ElementType type, uint64_t bits) {
  if (is_nan(type, bits)) return "nan";
  if (type == ElementType::kBool) return bits != 0 ? "true" : "false";
  if (type == ElementType::kU64) return number_text(bits);
  if (type == ElementType::kI64) return number_text(static_cast<int64_t>(bits));
  const double value = value_of(type, bits);
  return type == ElementType::kF32 ? number_text(static_cast<float>(value)) : number_text(value);
}

// The index of the element that is the `place`-th in raster order.
std::vector<int64_t> index_at(int64_t place, const std::vector<int64_t>& shape) {
  std::vector<int64_t> index(shape.size());
  for (size_t dim = shape.size(); dim-- > 0;) {
    index[dim] = place % shape[dim];
    place /= shape[dim];
  }
  return index;
}

int64_t offset_of(const std::vector<int64_t>& index, const std::vector<int64_t>& strides) {
  int64_t offset = 0;
  for (size_t dim = 0; dim < index.size(); ++dim) offset += index[dim] * strides[dim];
  return offset;
}

double absolute_difference(ElementType type, uint64_t a, uint64_t b) {
  // Integers above 2^53 would both be rounded: their difference is taken before.
  if (type == ElementType::kU64) return static_cast<double>(a > b ? a - b : b - a);
  if (type == ElementType::kI64) {
    const bool less = static_cast<int64_t>(a) < static_cast<int64_t>(b);
    return static_cast<double>(less ? b - a : a - b);
  }
  const double x = value_of(type, a), y = value_of(type, b);
  return x == y ? 0.0 : std::fabs(x - y);  // equal infinities have no difference
}

// Counts the pair of elements that is the `place`-th in raster order, if they differ.
void compare_pair(const TensorView& shape, int64_t place, uint64_t a, uint64_t b,
                  TensorDifference& difference) {
  const ElementType type = shape.type;
  if (a == b || (is_nan(type, a) && is_nan(type, b))) return;
  if (++difference.n_different == 1) {
    difference.first = index_at(place, shape.shape);
    difference.first_a = element_text(type, a);
    difference.first_b = element_text(type, b);
  }
  if (is_nan(type, a) || is_nan(type, b)) {
    ++difference.n_nan_in_one;
    return;
  }
  difference.max_absolute = std::max(difference.max_absolute.value_or(0.0), absolute_difference(type, a, b));
  if (const auto ulp = distance_ulp(type, a, b))
    difference.max_ulp = std::max(difference.max_ulp.value_or(0), *ulp);
}

// Both in raster order without gaps, in the same byte order: most of two models is equal, and equal bytes are
// found so much faster that elements are looked at only where bytes differ.
void compare_dense(const TensorView& a, const TensorView& b, TensorDifference& difference) {
  constexpr int64_t kBlock = 4096;
  const int64_t size = size_of(a.type);
  for (int64_t begin = 0; begin < difference.n_elements; begin += kBlock) {
    if (platform::stop_requested()) return;
    const int64_t end = std::min(begin + kBlock, difference.n_elements);
    const auto at = static_cast<size_t>(begin * size), length = static_cast<size_t>((end - begin) * size);
    if (std::memcmp(a.bytes.data() + at, b.bytes.data() + at, length) == 0) continue;
    for (int64_t i = begin; i < end; ++i) compare_pair(a, i, a.bits_at(i), b.bits_at(i), difference);
  }
}

void compare_strided(const TensorView& a, const TensorView& b, TensorDifference& difference) {
  constexpr int64_t kBlock = 4096;
  for (int64_t i = 0; i < difference.n_elements; ++i) {
    if (i % kBlock == 0 && platform::stop_requested()) return;
    const std::vector<int64_t> index = index_at(i, a.shape);
    compare_pair(a, i, a.bits_at(offset_of(index, a.strides)), b.bits_at(offset_of(index, b.strides)),
                 difference);
  }
}

template <class Entry, class Name>
std::map<std::string, const Entry*> by_name(const std::vector<Entry>& entries, const Name& name) {
  std::map<std::string, const Entry*> found;
  for (const Entry& entry : entries) found.emplace(name(entry), &entry);
  return found;
}

using Value = std::pair<std::string, std::string>;

template <class Entry, class Name, class Visit>
void visit_names(const std::vector<Entry>& a, const std::vector<Entry>& b, const Name& name,
                 const Visit& visit) {
  const auto in_a = by_name(a, name), in_b = by_name(b, name);
  for (const Entry& entry : a) {
    const auto other = in_b.find(name(entry));
    visit(name(entry), &entry, other == in_b.end() ? nullptr : other->second);
  }
  for (const Entry& entry : b) {
    if (!in_a.contains(name(entry))) visit(name(entry), nullptr, &entry);
  }
}

}  // namespace

std::string describe(const TensorView& tensor) {
  std::vector<std::string> sizes;
  for (const int64_t size : tensor.shape) sizes.push_back(number_text(size));
  return std::string(name_of(tensor.type)) + " (" + join(sizes, ", ") + (sizes.size() == 1 ? ",)" : ")");
}

TensorDifference compare_tensors(const TensorView& a, const TensorView& b) {
  TensorDifference difference;
  difference.name = a.name;
  difference.a = describe(a);
  difference.b = describe(b);
  difference.n_elements = a.n_elements();
  if (difference.a != difference.b) return difference;
  const std::vector<int64_t> dense = dense_strides(a.shape);
  if (a.strides == dense && b.strides == dense && a.big_endian == b.big_endian)
    compare_dense(a, b, difference);
  else
    compare_strided(a, b, difference);
  return difference;
}

TensorSetComparison compare_tensor_sets(const TensorSet& a, const TensorSet& b) {
  TensorSetComparison result;
  std::map<std::string, std::string> unread(a.unread.begin(), a.unread.end());
  unread.insert(b.unread.begin(), b.unread.end());
  result.unread.assign(unread.begin(), unread.end());
  const auto tensor_name = [](const TensorView& tensor) { return tensor.name; };
  visit_names(a.tensors, b.tensors, tensor_name,
              [&](const std::string& name, const TensorView* x, const TensorView* y) {
                if (unread.contains(name)) return;
                ++result.n_tensors;
                TensorDifference difference;
                if (x != nullptr && y != nullptr) {
                  difference = compare_tensors(*x, *y);
                } else {
                  difference.name = name;
                  difference.a = x != nullptr ? describe(*x) : "absent";
                  difference.b = y != nullptr ? describe(*y) : "absent";
                }
                if (!difference.same()) result.tensors.push_back(std::move(difference));
              });
  const auto value_name = [](const Value& value) { return value.first; };
  visit_names(a.values, b.values, value_name, [&](const std::string& name, const Value* x, const Value* y) {
    if (unread.contains(name)) return;
    ++result.n_values;
    const std::string in_a = x != nullptr ? x->second : "absent", in_b = y != nullptr ? y->second : "absent";
    if (in_a != in_b) result.values.push_back({name, in_a, in_b});
  });
  result.same_order = std::ranges::equal(a.tensors, b.tensors, {}, tensor_name, tensor_name);
  return result;
}

std::string summary(const TensorSetComparison& comparison) {
  const auto count = [](size_t n) { return number_text(static_cast<int64_t>(n)); };
  std::vector<std::string> parts;
  if (!comparison.tensors.empty()) {
    parts.push_back(count(comparison.tensors.size()) + " of " + number_text(comparison.n_tensors) +
                    (comparison.n_tensors == 1 ? " tensor differs" : " tensors differ"));
    uint64_t max_ulp = 0;
    for (const TensorDifference& tensor : comparison.tensors)
      max_ulp = std::max(max_ulp, tensor.max_ulp.value_or(0));
    if (max_ulp > 0) parts.push_back("max " + number_text(max_ulp) + " ULP");
    const TensorDifference& first = comparison.tensors.front();
    parts.push_back("first " + first.name +
                    (first.a == first.b
                         ? "[" + index_text(first.first) + "]: " + first.first_a + " / " + first.first_b
                         : ": " + first.a + " / " + first.b));
  }
  if (!comparison.values.empty()) {
    const ValueDifference& first = comparison.values.front();
    parts.push_back(count(comparison.values.size()) + " of " + number_text(comparison.n_values) +
                    " other values differ, first " + first.name + ": " + first.a + " / " + first.b);
  }
  if (!parts.empty() && !comparison.unread.empty())
    parts.push_back(count(comparison.unread.size()) + " could not be compared");
  if (!parts.empty()) return join(parts, ", ");
  const std::string all = comparison.n_tensors == 1
                              ? "the tensor has"
                              : "all " + number_text(comparison.n_tensors) + " tensors have";
  return all + " the same names, types, shapes and elements" +
         (comparison.same_order ? "" : "; their order differs");
}

Json comparison_json(const TensorSetComparison& comparison) {
  Json tensors = Json::array(), values = Json::array();
  for (const TensorDifference& tensor : comparison.tensors) {
    Json json = {{"name", tensor.name}, {"a", tensor.a}, {"b", tensor.b}};
    if (tensor.a == tensor.b) {
      json["elements"] = tensor.n_elements;
      json["different_elements"] = tensor.n_different;
      json["nan_in_one"] = tensor.n_nan_in_one;
      if (tensor.max_absolute) json["max_absolute_difference"] = number_text(*tensor.max_absolute);
      if (tensor.max_ulp) json["max_ulp"] = *tensor.max_ulp;
      json["first"] = {{"index", tensor.first}, {"a", tensor.first_a}, {"b", tensor.first_b}};
    }
    tensors.push_back(std::move(json));
  }
  for (const ValueDifference& value : comparison.values)
    values.push_back({{"name", value.name}, {"a", value.a}, {"b", value.b}});
  Json json = {{"compared_tensors", comparison.n_tensors},
               {"compared_values", comparison.n_values},
               {"same_order", comparison.same_order},
               {"tensors", std::move(tensors)},
               {"values", std::move(values)}};
  for (const auto& [name, why] : comparison.unread) json["unread"].push_back({{"name", name}, {"why", why}});
  return json;
}

}  // namespace ibid::compare
