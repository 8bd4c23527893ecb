#include "base/random_stream.h"

#include <numeric>
#include <utility>

#include "base/number_text.h"
#include "base/philox.h"

namespace ibid {
namespace {

constexpr int64_t kBlockLimit = int64_t{1} << 48;

Result<uint32_t> field(const char* name, int64_t value, int bits) {
  if (value < 0 || value >= int64_t{1} << bits) {
    return Error(ErrorCode::kConfig,
                 std::string("the random stream's ") + name + " is " + number_text(value) +
                     ", but has to be in 0 to 2^" + number_text(bits) + " - 1",
                 "start a new run with another seed: the numbers of this one are used up");
  }
  return static_cast<uint32_t>(value);
}

}  // namespace

Result<RandomStream> RandomStream::create(uint64_t seed, const StreamName& name) {
  IBID_ASSIGN(const uint32_t step, field("step", name.step, 32));
  IBID_ASSIGN(const uint32_t layer, field("layer", name.layer, 24));
  IBID_ASSIGN(const uint32_t call, field("call", name.call, 16));
  return RandomStream({static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)},
                      {0, call << 16, step, layer | static_cast<uint32_t>(name.purpose) << 24});
}

void RandomStream::seek(int64_t element) {
  IBID_CHECK(element >= 0 && element / 4 < kBlockLimit, "a random stream has 2^50 elements");
  position_ = element;
}

uint32_t RandomStream::next_u32() {
  const int64_t block = position_ / 4;
  if (block != cached_block_) {
    IBID_CHECK(block < kBlockLimit, "a random stream has 2^50 elements");
    std::array<uint32_t, 4> counter = counter_;
    counter[0] = static_cast<uint32_t>(block);
    counter[1] |= static_cast<uint32_t>(block >> 32);
    block_ = philox4x32_10(counter, key_);
    cached_block_ = block;
  }
  return block_[static_cast<size_t>(position_++ % 4)];
}

uint32_t RandomStream::draw(uint32_t m) {
  IBID_CHECK(m >= 1, "a draw needs at least one outcome");
  const auto unfair = static_cast<uint32_t>((uint64_t{1} << 32) % m);
  for (;;) {
    const uint64_t product = uint64_t{next_u32()} * m;
    if (static_cast<uint32_t>(product) >= unfair) return static_cast<uint32_t>(product >> 32);
  }
}

Result<std::vector<uint32_t>> random_permutation(RandomStream stream, int64_t n) {
  if (n < 0 || n >= int64_t{1} << 32) {
    return Error(ErrorCode::kConfig,
                 "cannot shuffle " + number_text(n) + " samples: at most 2^32 - 1 are possible",
                 "shuffle files or groups of samples instead");
  }
  std::vector<uint32_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), uint32_t{0});
  for (size_t i = order.size(); i-- > 1;)
    std::swap(order[i], order[stream.draw(static_cast<uint32_t>(i + 1))]);
  return order;
}

}  // namespace ibid
