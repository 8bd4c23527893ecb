#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ibid/io/digest.h"
#include "ibid/tensor.h"

namespace ibid::verify {

// A tensor that anybody can make: "f32(3,5)#2:awkward" (docs/formats/conformance.md).
struct InputRecipe {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
  int64_t number = 0;  // which stream of random words
  std::string kind;    // what becomes of them
};

Tensor make_input(const InputRecipe& recipe);

// One line of a conformance file: an operation, its parameters and inputs, and the digests of its outputs.
struct ConformanceCase {
  std::string operation;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<InputRecipe> inputs;
  io::NamedDigests outputs;  // none: not recorded yet

  // The line without its outputs.
  std::string question() const;
};

struct ConformanceFile {
  int64_t arithmetic = 1;
  std::vector<ConformanceCase> cases;
};

// `name` says in errors where the text came from.
Result<ConformanceFile> parse_conformance(std::string_view text, std::string_view name);
std::string conformance_text(const ConformanceFile& file);

}  // namespace ibid::verify
