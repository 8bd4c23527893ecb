#include "data/sampler.h"

#include <algorithm>
#include <numeric>

#include "base/number_text.h"
#include "base/random_stream.h"

namespace ibid::data {
namespace {

Result<void> check(const SamplerOptions& options, const SamplerState& state) {
  const int64_t n = options.n_samples;
  if (n < 1 || n >= int64_t{1} << 32) {
    return Error(ErrorCode::kConfig, "cannot sample from " + number_text(n) + " samples",
                 "the data set must have from 1 to 2^32 - 1");
  }
  if (options.batch_size < 1) {
    return Error(ErrorCode::kConfig, "the batch size is " + number_text(options.batch_size),
                 "choose 1 or more");
  }
  if (options.last_batch == LastBatch::kDrop && options.batch_size > n) {
    return Error(ErrorCode::kConfig,
                 "a batch of " + number_text(options.batch_size) + " does not fit " + number_text(n) +
                     " samples, and the ragged last batch is to be dropped: no batch would be left",
                 "choose a smaller batch, or keep the last one");
  }
  if (state.seed != options.seed) {
    return Error(ErrorCode::kConfig,
                 "the saved order of samples has seed " + number_text(state.seed) + ", this run " +
                     number_text(options.seed),
                 "resume with the seed the run was started with");
  }
  const bool at_batch = state.position % options.batch_size == 0 || state.position == n;
  if (state.epoch < 0 || state.position < 0 || state.position > n || !at_batch) {
    return Error(ErrorCode::kConfig,
                 "the saved position, sample " + number_text(state.position) + " of epoch " +
                     number_text(state.epoch) + ", is not one this sampler can be at",
                 "resume with the data set and the batch size the run was started with");
  }
  return {};
}

}  // namespace

Result<Sampler> Sampler::create(const SamplerOptions& options) {
  return resume(options, {.seed = options.seed, .epoch = 0, .position = 0});
}

Result<Sampler> Sampler::resume(const SamplerOptions& options, const SamplerState& state) {
  IBID_TRY(check(options, state));
  Sampler sampler(options, state);
  IBID_TRY(sampler.order_epoch());
  return sampler;
}

std::span<const uint32_t> Sampler::next_batch() {
  const int64_t left = options_.n_samples - state_.position;
  const int64_t size = std::min(options_.batch_size, left);
  if (size == 0 || (size < options_.batch_size && options_.last_batch == LastBatch::kDrop)) return {};
  const std::span<const uint32_t> batch =
      std::span(order_).subspan(static_cast<size_t>(state_.position), static_cast<size_t>(size));
  state_.position += size;
  return batch;
}

Result<void> Sampler::start_next_epoch() {
  ++state_.epoch;
  state_.position = 0;
  return order_epoch();
}

int64_t Sampler::batches_per_epoch() const {
  const int64_t full = options_.n_samples / options_.batch_size;
  const bool ragged = options_.n_samples % options_.batch_size != 0;
  return full + (ragged && options_.last_batch == LastBatch::kKeep ? 1 : 0);
}

Result<void> Sampler::order_epoch() {
  if (!options_.shuffle) {
    order_.resize(static_cast<size_t>(options_.n_samples));
    std::iota(order_.begin(), order_.end(), uint32_t{0});
    return {};
  }
  IBID_ASSIGN(
      const RandomStream stream,
      RandomStream::create(options_.seed, {.purpose = RandomPurpose::kShuffle, .step = state_.epoch}));
  IBID_ASSIGN(order_, random_permutation(stream, options_.n_samples));
  return {};
}

}  // namespace ibid::data
