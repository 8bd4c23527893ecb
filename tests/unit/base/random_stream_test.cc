#include "base/random_stream.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "base/philox.h"

namespace ibid {
namespace {

using Words = std::array<uint32_t, 4>;

TEST_CASE("Philox4x32-10 gives its published answers") {
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Words{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8});
  CHECK(philox4x32_10({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
        Words{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD});
  CHECK(philox4x32_10({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}) ==
        Words{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1});
}

TEST_CASE("a stream places its fields in the counter as section 7.1 says") {
  const StreamName name{RandomPurpose::kDropout, 0x89ABCDEF, 0x123456, 0x7654};
  RandomStream stream = RandomStream::create(0x1122334455667788, name).value();
  const int64_t element = (int64_t{0xABC} << 34) + 4 * 5 + 2;  // block 0xABC * 2^32 + 5, word 2
  stream.seek(element);
  const Words block = philox4x32_10({5, 0x76540ABC, 0x89ABCDEF, 0x02123456}, {0x55667788, 0x11223344});
  CHECK(stream.next_u32() == block[2]);
  CHECK(stream.next_u32() == block[3]);
  CHECK(stream.position() == element + 2);
}

TEST_CASE("a field that would overflow is an error") {
  CHECK_FALSE(RandomStream::create(0, {.step = int64_t{1} << 32}).ok());
  CHECK_FALSE(RandomStream::create(0, {.layer = 1 << 24}).ok());
  CHECK_FALSE(RandomStream::create(0, {.call = 1 << 16}).ok());
  CHECK_FALSE(RandomStream::create(0, {.step = -1}).ok());
  CHECK(RandomStream::create(0, {.step = (int64_t{1} << 32) - 1, .layer = (1 << 24) - 1}).ok());
}

TEST_CASE("draws are in range and fair") {
  RandomStream stream = RandomStream::create(3, {}).value();
  std::array<int, 10> counts{};
  for (int i = 0; i < 100000; ++i) ++counts.at(stream.draw(10));
  for (const int count : counts) CHECK(std::abs(count - 10000) < 500);  // more than five standard deviations
  for (int i = 0; i < 100; ++i) CHECK(stream.draw(1) == 0);
}

TEST_CASE("a draw rejects exactly the words section 7.4 rejects") {
  const uint32_t m = 0xC0000000;  // a third of all words is rejected
  RandomStream raw = RandomStream::create(9, {}).value();
  RandomStream stream = RandomStream::create(9, {}).value();
  for (int i = 0; i < 1000; ++i) {
    uint64_t q = 0;
    do q = uint64_t{raw.next_u32()} * m;
    while (q % (uint64_t{1} << 32) < (uint64_t{1} << 32) % m);
    CHECK(stream.draw(m) == q >> 32);
  }
  CHECK(stream.position() == raw.position());
  CHECK(raw.position() > 1200);
}

TEST_CASE("a permutation holds every index once and follows seed, purpose and step") {
  const auto shuffled = [](uint64_t seed, StreamName name) {
    return random_permutation(RandomStream::create(seed, name).value(), 1000).value();
  };
  const std::vector<uint32_t> order = shuffled(1, {.purpose = RandomPurpose::kShuffle});
  std::vector<uint32_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<uint32_t> expected(1000);
  std::iota(expected.begin(), expected.end(), 0u);
  CHECK(sorted == expected);
  CHECK(order == shuffled(1, {.purpose = RandomPurpose::kShuffle}));
  CHECK(order != shuffled(2, {.purpose = RandomPurpose::kShuffle}));
  CHECK(order != shuffled(1, {.purpose = RandomPurpose::kSplit}));
  CHECK(order != shuffled(1, {.purpose = RandomPurpose::kShuffle, .step = 1}));
}

TEST_CASE("a shuffle is Fisher and Yates's from the end") {
  const RandomStream stream = RandomStream::create(4, {}).value();
  RandomStream draws = stream;
  std::vector<uint32_t> expected = {0, 1, 2, 3, 4};
  for (uint32_t i = 4; i >= 1; --i) std::swap(expected[i], expected[draws.draw(i + 1)]);
  CHECK(random_permutation(stream, 5).value() == expected);
  CHECK(random_permutation(stream, 0).value().empty());
  CHECK_FALSE(random_permutation(stream, -1).ok());
  CHECK_FALSE(random_permutation(stream, int64_t{1} << 32).ok());
}

}  // namespace
}  // namespace ibid
