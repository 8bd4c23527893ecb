#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "verify/conformance_case.h"

namespace ibid::verify {
namespace {

constexpr std::string_view kTitle = "ibid-conformance 1";
constexpr int64_t kMaxElements = int64_t{1} << 24;

Error malformed(const std::string& where, const std::string& what) {
  return Error(ErrorCode::kMalformed, where + ": " + what);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::string& word : split(text, ' ')) {
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

struct NameValue {
  std::string name, value;
};

Result<NameValue> name_and_value(const std::string& word, const std::string& where) {
  const size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) {
    return malformed(where, "'" + word + "' is not of the form name=value");
  }
  return NameValue{word.substr(0, equals), word.substr(equals + 1)};
}

bool is_kind_of(DType dtype, const std::string& kind) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> kinds) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  if (is_floating(dtype)) return is_one_of({"plain", "positive", "wide", "awkward", "special", "bits"});
  if (dtype != DType::kI64) return kind == "bits";
  if (!kind.starts_with("below")) return false;
  const auto bound = parse_int64(kind.substr(5));
  return bound && *bound >= 1 && *bound < int64_t{1} << 32;
}

Result<Shape> parse_shape(const std::string& text, const std::string& where) {
  Shape shape;
  int64_t n = 1;
  if (text.empty()) return shape;
  for (const std::string& part : split(text, ',')) {
    const auto size = parse_int64(part);
    if (!size || *size < 0 || *size > kMaxElements || shape.n_dims() == Shape::kMaxDims) {
      return malformed(where, "(" + text + ") is no shape");
    }
    n *= std::max<int64_t>(*size, 1);
    if (n > kMaxElements) return malformed(where, "(" + text + ") has too many elements");
    shape.append(*size);
  }
  return shape;
}

// "x=f32(3,5)#2:awkward"
Result<InputRecipe> parse_recipe(const std::string& word, const std::string& where) {
  IBID_ASSIGN(const NameValue own, name_and_value(word, where));
  const std::string& text = own.value;
  const size_t open = text.find('('), close = text.find(")#"), colon = text.find(':');
  if (open == std::string::npos || close == std::string::npos || colon == std::string::npos || close < open ||
      colon < close) {
    return malformed(where, "'" + word + "' is not of the form name=type(sizes)#number:kind");
  }
  InputRecipe recipe{own.name, DType::kF32, {}, 0, text.substr(colon + 1)};
  bool known = false;
  for (DType dtype : {DType::kF32, DType::kF64, DType::kI64, DType::kU8, DType::kBool}) {
    if (text.substr(0, open) != name_of(dtype)) continue;
    recipe.dtype = dtype;
    known = true;
  }
  const auto number = parse_int64(text.substr(close + 2, colon - close - 2));
  if (!known || !number || *number < 0 || *number >= 1 << 24 || !is_kind_of(recipe.dtype, recipe.kind)) {
    return malformed(where, "'" + word + "' names no type, number or kind of input there is");
  }
  recipe.number = *number;
  IBID_ASSIGN(recipe.shape, parse_shape(text.substr(open + 1, close - open - 1), where));
  return recipe;
}

Result<ConformanceCase> parse_case(const std::string& line, const std::string& where) {
  const std::vector<std::string> parts = split(line, '|');
  if (parts.size() != 3) return malformed(where, "a case has three parts between '|'");
  const std::vector<std::string> words = words_of(parts[0]);
  if (words.empty()) return malformed(where, "a case begins with its operation");
  ConformanceCase result;
  result.operation = words[0];
  for (size_t i = 1; i < words.size(); ++i) {
    IBID_ASSIGN(NameValue parameter, name_and_value(words[i], where));
    result.parameters.emplace_back(std::move(parameter.name), std::move(parameter.value));
  }
  for (const std::string& word : words_of(parts[1])) {
    IBID_ASSIGN(InputRecipe recipe, parse_recipe(word, where));
    result.inputs.push_back(std::move(recipe));
  }
  for (const std::string& word : words_of(parts[2])) {
    IBID_ASSIGN(const NameValue output, name_and_value(word, where));
    const auto digest = Digest128::from_hex(output.value);
    if (!digest) return malformed(where, "'" + output.value + "' is no digest of 32 hexadecimal digits");
    result.outputs.emplace_back(output.name, *digest);
  }
  return result;
}

std::string recipe_text(const InputRecipe& recipe) {
  std::vector<std::string> sizes;
  for (int64_t size : recipe.shape.sizes()) sizes.push_back(number_text(size));
  return recipe.name + "=" + std::string(name_of(recipe.dtype)) + "(" + join(sizes, ",") + ")#" +
         number_text(recipe.number) + ":" + recipe.kind;
}

}  // namespace

std::string ConformanceCase::question() const {
  std::string text = operation;
  for (const auto& [name, value] : parameters) text += " " + name + "=" + value;
  text += " |";
  for (const InputRecipe& recipe : inputs) text += " " + recipe_text(recipe);
  return text;
}

Result<ConformanceFile> parse_conformance(std::string_view text, std::string_view name) {
  ConformanceFile file;
  int64_t number = 0;
  bool has_title = false, has_arithmetic = false;
  for (const std::string& raw : split(text, '\n')) {
    ++number;
    const std::string line(trim(raw));
    const std::string where = std::string(name) + ", line " + number_text(number);
    if (line.empty() || line.starts_with('#')) continue;
    if (!has_title) {
      if (line != kTitle) return malformed(where, "the first line has to be '" + std::string(kTitle) + "'");
      has_title = true;
    } else if (!has_arithmetic) {
      const std::vector<std::string> words = words_of(line);
      const auto version =
          words.size() == 2 && words[0] == "arithmetic" ? parse_int64(words[1]) : std::nullopt;
      if (!version) return malformed(where, "the second line has to be 'arithmetic' and a version");
      file.arithmetic = *version;
      has_arithmetic = true;
    } else {
      IBID_ASSIGN(ConformanceCase own, parse_case(line, where));
      file.cases.push_back(std::move(own));
    }
  }
  if (!has_arithmetic) return malformed(std::string(name), "it ends before its second line");
  return file;
}

std::string conformance_text(const ConformanceFile& file) {
  std::string text = std::string(kTitle) + "\narithmetic " + number_text(file.arithmetic) + "\n";
  std::string previous;
  for (const ConformanceCase& own : file.cases) {
    if (own.operation != previous) text += "\n";
    previous = own.operation;
    text += own.question() + " |";
    for (const auto& [name, digest] : own.outputs) text += " " + name + "=" + digest.hex();
    text += "\n";
  }
  return text;
}

}  // namespace ibid::verify
