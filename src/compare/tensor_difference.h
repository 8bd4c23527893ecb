#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "compare/tensor_view.h"

namespace ibid::compare {

// Where two tensors of one name differ. Elements are the same when their bits are, and any NaN is any other
// NaN, as in digests (docs/formats/digests.md); -0 and +0 differ.
struct TensorDifference {
  std::string name;
  std::string a, b;  // "f32 (2, 3)"; "absent"
  int64_t n_elements = 0;
  // Only if type and shape agree:
  int64_t n_different = 0;
  int64_t n_nan_in_one = 0;            // of those that differ: no number in exactly one of the tensors
  std::optional<double> max_absolute;  // over those that are numbers in both; binary64
  std::optional<uint64_t> max_ulp;     // in ULP of the type; floating point only
  std::vector<int64_t> first;          // index of the first that differs, in raster order
  std::string first_a, first_b;        // its values

  bool same() const { return a == b && n_different == 0; }
};

// Ends early when the program is asked to stop; whoever calls checks that.
TensorDifference compare_tensors(const TensorView& a, const TensorView& b);

// "f32 (2, 3)", as docs/formats/digests.md writes shapes.
std::string describe(const TensorView& tensor);

struct ValueDifference {
  std::string name;
  std::string a, b;  // "absent" where one file lacks it
};

// Two files of tensors compared by name: whatever their order.
struct TensorSetComparison {
  int64_t n_tensors = 0, n_values = 0;    // names in either
  std::vector<TensorDifference> tensors;  // that differ, in the order of the first file, then of the second
  std::vector<ValueDifference> values;
  bool same_order = true;  // of the names
  // What at least one of the files has in a way that ibid does not read: it is not compared.
  std::vector<std::pair<std::string, std::string>> unread;  // name, why

  // Of everything that could be compared.
  bool same() const { return tensors.empty() && values.empty(); }
};

TensorSetComparison compare_tensor_sets(const TensorSet& a, const TensorSet& b);

// "3 of 8 tensors differ, max 2 ULP, first fc1.weight[0,17]"
std::string summary(const TensorSetComparison& comparison);
Json comparison_json(const TensorSetComparison& comparison);

}  // namespace ibid::compare
