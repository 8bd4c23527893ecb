// UBJSON, as XGBoost writes its models: values begin with the letter of their type, numbers are big-endian.
// Lists of numbers of one type are tensors that lie in the file: of a tree, the index of an element is the
// node.

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/checked_int.h"
#include "base/number_text.h"
#include "compare/tensor_files.h"

namespace ibid::compare {
namespace {

constexpr int kMaxDepth = 100;
constexpr int64_t kMaxValues = 2'000'000;  // of a type without bytes, a few bytes could claim any number

struct NumberType {
  char letter;
  ElementType type;
};
constexpr NumberType kNumbers[] = {
    {'i', ElementType::kI8},  {'U', ElementType::kU8},  {'I', ElementType::kI16}, {'l', ElementType::kI32},
    {'L', ElementType::kI64}, {'d', ElementType::kF32}, {'D', ElementType::kF64}};

std::optional<ElementType> number_type(char letter) {
  const auto found = std::ranges::find(kNumbers, letter, &NumberType::letter);
  return found == std::end(kNumbers) ? std::nullopt : std::optional(found->type);
}

// How a container goes on: with values of one type, without their letters, and so many of them.
struct Head {
  std::optional<char> letter;
  std::optional<int64_t> count;
};

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& where, TensorSet& set)
      : bytes_(bytes), where_(where), set_(set) {}

  Result<void> whole() {
    IBID_ASSIGN(const char letter, next_letter());
    IBID_TRY(value(letter, "", 0));
    return rest().empty() ? Result<void>() : malformed("something follows it");
  }

  // The first key of an object, which says whether this is one.
  Result<std::string> first_key() {
    IBID_TRY(take(1));
    return text();
  }

 private:
  Error malformed(const std::string& what) const {
    return Error(ErrorCode::kMalformed, where_ + " is no intact UBJSON: " + what,
                 "the file was cut short or altered: write it again");
  }

  std::string_view rest() const { return bytes_.substr(position_); }

  Result<std::string_view> take(int64_t count) {
    if (count < 0 || static_cast<uint64_t>(count) > rest().size()) return malformed("it ends too early");
    const std::string_view piece = bytes_.substr(position_, static_cast<size_t>(count));
    position_ += static_cast<size_t>(count);
    return piece;
  }

  Result<char> next_letter() {
    while (true) {
      IBID_ASSIGN(const std::string_view piece, take(1));
      if (piece[0] != 'N') return piece[0];
    }
  }

  Result<TensorView> number(char letter) {
    const auto type = number_type(letter);
    if (!type) return malformed("a number has an unknown type");
    TensorView one{.name = {}, .type = *type};
    one.big_endian = true;
    IBID_ASSIGN(const std::string_view piece, take(size_of(*type)));
    one.bytes = std::as_bytes(std::span(piece));
    return one;
  }

  Result<int64_t> length() {
    IBID_ASSIGN(const char letter, next_letter());
    IBID_ASSIGN(const TensorView one, number(letter));
    if (is_floating(one.type)) return malformed("a length is no integer");
    // Not by way of binary64, which rounds the largest to what does not fit.
    if (one.type == ElementType::kI64) return static_cast<int64_t>(one.bits_at(0));
    return static_cast<int64_t>(value_of(one.type, one.bits_at(0)));
  }

  Result<std::string> text() {
    IBID_ASSIGN(const int64_t count, length());
    IBID_ASSIGN(const std::string_view piece, take(count));
    return std::string(piece);
  }

  Result<void> add(const std::string& path, std::string text) {
    set_.values.emplace_back(path, std::move(text));
    return {};
  }

  Result<void> value(char letter, const std::string& path, int depth) {
    if (depth > kMaxDepth || ++n_values_ > kMaxValues)
      return Error(ErrorCode::kUnsupported, where_ + " has too many values, or is nested too deeply");
    switch (letter) {
      case 'Z':
        return add(path, "null");
      case 'T':
        return add(path, "true");
      case 'F':
        return add(path, "false");
      case 'C': {
        IBID_ASSIGN(const std::string_view piece, take(1));
        return add(path, std::string(piece));
      }
      case 'S':
      case 'H': {
        IBID_ASSIGN(std::string spelled, text());
        return add(path, std::move(spelled));
      }
      case '[':
        return list(path, depth);
      case '{':
        return object(path, depth);
      default: {
        IBID_ASSIGN(TensorView one, number(letter));
        return scalar(path, one);
      }
    }
  }

  Result<void> scalar(const std::string& path, const TensorView& one) {
    const double number = value_of(one.type, one.bits_at(0));
    if (one.type == ElementType::kI64) return add(path, number_text(static_cast<int64_t>(one.bits_at(0))));
    return add(path,
               one.type == ElementType::kF32 ? number_text(static_cast<float>(number)) : number_text(number));
  }

  Result<Head> head() {
    Head result;
    if (rest().starts_with('$')) {
      IBID_ASSIGN(const std::string_view letters, take(2));
      result.letter = letters[1];
      if (!rest().starts_with('#')) return malformed("a list of one type has no length");
    }
    if (rest().starts_with('#')) {
      IBID_TRY(take(1));
      IBID_ASSIGN(result.count, length());
      if (*result.count < 0) return malformed("a length is negative");
    }
    return result;
  }

  static std::string child(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  Result<void> list(const std::string& path, int depth) {
    IBID_ASSIGN(const Head start, head());
    if (start.letter && number_type(*start.letter))
      return numbers(path, *number_type(*start.letter), *start.count);
    return items(start, ']', [&](int64_t place, char letter) {
      return value(letter, child(path, number_text(place)), depth + 1);
    });
  }

  Result<void> object(const std::string& path, int depth) {
    IBID_ASSIGN(const Head start, head());
    // The letter that begins a member is the one of the length of its key.
    const Head keys{.letter = std::nullopt, .count = start.count};
    return items(keys, '}', [&](int64_t, char) -> Result<void> {
      --position_;
      IBID_ASSIGN(const std::string key, text());
      char letter = start.letter.value_or('N');
      if (!start.letter) {
        IBID_ASSIGN(letter, next_letter());
      }
      return value(letter, child(path, key), depth + 1);
    });
  }

  template <class Use>
  Result<void> items(const Head& start, char end, const Use& use) {
    for (int64_t place = 0; !start.count || place < *start.count; ++place) {
      char letter = start.letter.value_or('N');
      if (!start.letter) {
        IBID_ASSIGN(letter, next_letter());
      }
      if (!start.count && letter == end) return {};
      IBID_TRY(use(place, letter));
    }
    return {};
  }

  Result<void> numbers(const std::string& path, ElementType type, int64_t count) {
    const auto n_bytes = checked_multiply(count, size_of(type));
    if (!n_bytes) return malformed("it ends too early");
    IBID_ASSIGN(const std::string_view piece, take(*n_bytes));
    TensorView tensor{.name = path, .type = type, .shape = {count}, .strides = {1}};
    tensor.bytes = std::as_bytes(std::span(piece));
    tensor.big_endian = true;
    set_.tensors.push_back(std::move(tensor));
    return {};
  }

  std::string_view bytes_;
  const std::string& where_;
  TensorSet& set_;
  size_t position_ = 0;
  int64_t n_values_ = 0;
};

}  // namespace

bool looks_like_ubjson(std::string_view bytes) {
  constexpr size_t kLongestKey = 1000;
  constexpr std::string_view kLengths = "iUIlL";
  if (bytes.size() < 2 || bytes[0] != '{' || kLengths.find(bytes[1]) == std::string_view::npos) return false;
  TensorSet none;
  const std::string where;
  const Result<std::string> key = Reader(bytes, where, none).first_key();
  return key.ok() && !key.value().empty() && key.value().size() <= kLongestKey &&
         std::ranges::all_of(key.value(), [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<TensorSet> read_ubjson(std::span<const std::byte> bytes, const std::string& where) {
  TensorSet set;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  IBID_TRY(Reader(text, where, set).whole());
  return set;
}

}  // namespace ibid::compare
