#include "data/sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/random_stream.h"
#include "data/split.h"

namespace ibid::data {
namespace {

std::vector<uint32_t> epoch_of(Sampler& sampler) {
  std::vector<uint32_t> order;
  for (auto batch = sampler.next_batch(); !batch.empty(); batch = sampler.next_batch()) {
    order.insert(order.end(), batch.begin(), batch.end());
  }
  return order;
}

TEST_CASE("an epoch is the permutation of section 7.4 with purpose 4 and step = epoch") {
  Sampler sampler = Sampler::create({.n_samples = 103, .batch_size = 10, .seed = 7}).value();
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    const StreamName name{.purpose = RandomPurpose::kShuffle, .step = epoch};
    CHECK(epoch_of(sampler) == random_permutation(RandomStream::create(7, name).value(), 103).value());
    REQUIRE(sampler.start_next_epoch().ok());
  }
}

TEST_CASE("the ragged last batch is kept or dropped as asked") {
  SamplerOptions options{.n_samples = 103, .batch_size = 10};
  Sampler keep = Sampler::create(options).value();
  CHECK(keep.batches_per_epoch() == 11);
  CHECK(epoch_of(keep).size() == 103);
  options.last_batch = LastBatch::kDrop;
  Sampler drop = Sampler::create(options).value();
  CHECK(drop.batches_per_epoch() == 10);
  CHECK(epoch_of(drop).size() == 100);
  options.n_samples = 100;
  CHECK(Sampler::create(options).value().batches_per_epoch() == 10);
}

TEST_CASE("without shuffling the order is that of the data set") {
  Sampler sampler = Sampler::create({.n_samples = 5, .batch_size = 2, .shuffle = false}).value();
  CHECK(epoch_of(sampler) == std::vector<uint32_t>{0, 1, 2, 3, 4});
}

TEST_CASE("a sampler resumed from any state goes on as if it had not stopped") {
  const SamplerOptions options{.n_samples = 23, .batch_size = 5, .seed = 3};
  Sampler sampler = Sampler::create(options).value();
  for (int step = 0; step < 14; ++step) {
    Sampler resumed = Sampler::resume(options, sampler.state()).value();
    auto expected = sampler.next_batch();
    auto found = resumed.next_batch();
    if (expected.empty()) {
      CHECK(found.empty());
      REQUIRE(sampler.start_next_epoch().ok());
      REQUIRE(resumed.start_next_epoch().ok());
      expected = sampler.next_batch();
      found = resumed.next_batch();
    }
    CHECK(std::ranges::equal(expected, found));
    CHECK(sampler.state() == resumed.state());
  }
}

TEST_CASE("options and states that make no sense are errors") {
  CHECK_FALSE(Sampler::create({.n_samples = 0, .batch_size = 1}).ok());
  CHECK_FALSE(Sampler::create({.n_samples = 5, .batch_size = 0}).ok());
  CHECK_FALSE(Sampler::create({.n_samples = 5, .batch_size = 6, .last_batch = LastBatch::kDrop}).ok());
  const SamplerOptions options{.n_samples = 23, .batch_size = 5};
  for (const SamplerState state : {SamplerState{0, 0, 3}, SamplerState{0, 0, 25}, SamplerState{0, -1, 0},
                                   SamplerState{0, 0, -5}, SamplerState{1, 0, 0}}) {
    CHECK_FALSE(Sampler::resume(options, state).ok());
  }
  CHECK(Sampler::resume(options, {0, 2, 23}).ok());
}

TEST_CASE("a split has the asked sizes, covers everything and follows the seed") {
  const Split split = split_samples(100, 30, 1).value();
  CHECK(split.first.size() == 30);
  CHECK(split.second.size() == 70);
  CHECK(std::ranges::is_sorted(split.first));
  CHECK(std::ranges::is_sorted(split.second));
  std::set<uint32_t> all(split.first.begin(), split.first.end());
  all.insert(split.second.begin(), split.second.end());
  CHECK(all.size() == 100);
  CHECK(*all.rbegin() == 99);
  CHECK(split_samples(100, 30, 1).value().first == split.first);
  CHECK(split_samples(100, 30, 2).value().first != split.first);
  CHECK_FALSE(split_samples(100, 101, 1).ok());
}

}  // namespace
}  // namespace ibid::data
