// The inputs of conformance cases: every element is a function of one or two words of the Philox generator,
// through integer operations and exact conversions only, so that no rounding stands between two
// implementations.

#include <bit>

#include "base/check.h"
#include "base/random_stream.h"
#include "verify/conformance_case.h"

namespace ibid::verify {
namespace {

// Far enough from 1 that sums lose the other terms and products of a few overflow or underflow.
constexpr double kLarge = 0x1p60, kTiny = 0x1p-70;

float plain_f32(uint32_t word) {
  return static_cast<float>(static_cast<int32_t>(word >> 8) - (1 << 23)) * 0x1p-23f;
}

double plain_f64(uint32_t high, uint32_t low) {
  const int64_t k = static_cast<int64_t>(high) << 21 | static_cast<int64_t>(low >> 11);
  return static_cast<double>(k - (int64_t{1} << 52)) * 0x1p-52;
}

float subnormal(float sign, uint32_t word) {
  const uint32_t bits = std::bit_cast<uint32_t>(sign) & 0x80000000u;
  return std::bit_cast<float>(bits | (word >> 9 & 0x7fffffu));
}

double subnormal(double sign, uint32_t word) {
  const uint64_t bits = std::bit_cast<uint64_t>(sign) & 0x8000000000000000u;
  return std::bit_cast<double>(bits | word >> 9);
}

// `die` in 0 .. 255 decides what replaces the plain value.
template <class T>
T awkward(T plain, uint32_t word, uint32_t die, bool non_finite) {
  const T infinity = static_cast<T>(__builtin_inf());
  if (die < 16) return die % 2 == 0 ? T(0) : -T(0);
  if (die < 24) return subnormal(plain, word);
  if (die < 28) return plain * static_cast<T>(kLarge);
  if (die < 32) return plain * static_cast<T>(kTiny);
  if (!non_finite || die >= 38) return plain;
  if (die < 36) return die % 2 == 0 ? infinity : -infinity;
  return static_cast<T>(__builtin_nan(""));
}

// One element from its words. Binary64 takes two words, binary32 the first alone.
template <class T>
T float_value(std::string_view kind, uint32_t first, uint32_t second) {
  constexpr bool kWide = sizeof(T) == sizeof(double);
  T plain;
  if constexpr (kWide) {
    plain = plain_f64(first, second);
  } else {
    plain = plain_f32(first);
  }
  const uint32_t die = (kWide ? second : first) & 0xffu;
  if (kind == "plain") return plain;
  if (kind == "positive") return plain < T(0) ? -plain : plain == T(0) ? T(1) : plain;
  if (kind == "wide") return plain * T(16);
  if (kind == "awkward") return awkward(plain, first, die, false);
  if (kind == "special") return awkward(plain, first, die, true);
  if constexpr (kWide) {
    return std::bit_cast<double>(static_cast<uint64_t>(first) << 32 | second);
  } else {
    return std::bit_cast<float>(first);
  }
}

RandomStream stream_of(const InputRecipe& recipe) {
  auto stream = RandomStream::create(0, {.purpose = RandomPurpose::kConformance, .layer = recipe.number});
  IBID_CHECK(stream.ok(), "the number of a conformance input was checked when it was read");
  return std::move(stream).value();
}

}  // namespace

Tensor make_input(const InputRecipe& recipe) {
  RandomStream stream = stream_of(recipe);
  Tensor tensor = Tensor::empty(recipe.shape, recipe.dtype);
  for (int64_t i = 0; i < tensor.n_elements(); ++i) {
    const uint32_t first = stream.next_u32();
    switch (recipe.dtype) {
      case DType::kF32:
        tensor.data<float>()[i] = float_value<float>(recipe.kind, first, 0);
        break;
      case DType::kF64:
        tensor.data<double>()[i] = float_value<double>(recipe.kind, first, stream.next_u32());
        break;
      case DType::kI64: {
        const uint64_t bound = std::stoull(recipe.kind.substr(5));  // "below17"
        tensor.data<int64_t>()[i] = static_cast<int64_t>(uint64_t{first} * bound >> 32);
        break;
      }
      case DType::kU8:
        tensor.data<uint8_t>()[i] = static_cast<uint8_t>(first & 0xffu);
        break;
      case DType::kBool:
        tensor.data<bool>()[i] = (first & 1u) != 0;
        break;
    }
  }
  return tensor;
}

}  // namespace ibid::verify
