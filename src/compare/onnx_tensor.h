#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "compare/tensor_view.h"

namespace ibid::compare {

// How ONNX calls an element type: "f32", "STRING", "type 99".
std::string onnx_type_name(uint64_t type);

// A TensorProto. Appends to `set` a tensor named `name` (empty: as the message says); of texts a value.
// What lies in another file, and elements that are no plain numbers, become what is unread of the set.
// `where` is for errors: truncated, malformed.
Result<void> add_onnx_tensor(std::string_view message, const std::string& name, const std::string& where,
                             TensorSet& set);

}  // namespace ibid::compare
