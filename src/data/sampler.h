#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace ibid::data {

enum class LastBatch { kKeep, kDrop };

struct SamplerOptions {
  int64_t n_samples = 0;
  int64_t batch_size = 0;
  uint64_t seed = 0;
  LastBatch last_batch = LastBatch::kKeep;
  bool shuffle = true;
};

// All there is to save: with the same options, a sampler resumed from it goes on as if it had never stopped.
struct SamplerState {
  uint64_t seed = 0;
  int64_t epoch = 0;
  int64_t position = 0;  // samples of this epoch already given out

  bool operator==(const SamplerState&) const = default;
};

// Gives out the samples in batches, epoch after epoch, each epoch in its own random order (standard, section
// 7.4 with purpose 4 and step = epoch). Who computes a batch, and on how many workers, has no influence.
class Sampler {
 public:
  // At the start of epoch 0.
  static Result<Sampler> create(const SamplerOptions& options);
  // An error if the state cannot have come from a sampler with these options.
  static Result<Sampler> resume(const SamplerOptions& options, const SamplerState& state);

  // The next batch of this epoch, valid until the next call on this sampler; empty at the epoch's end.
  std::span<const uint32_t> next_batch();

  // On to the next epoch, from its start.
  Result<void> start_next_epoch();

  int64_t batches_per_epoch() const;
  const SamplerState& state() const { return state_; }

 private:
  Sampler(const SamplerOptions& options, const SamplerState& state) : options_(options), state_(state) {}
  Result<void> order_epoch();

  SamplerOptions options_;
  SamplerState state_;
  std::vector<uint32_t> order_;
};

}  // namespace ibid::data
