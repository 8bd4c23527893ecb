#pragma once

#include <cstdint>

#include "base/result.h"
#include "data/labelled_images.h"
#include "platform/file.h"

namespace ibid::data {

// A made data set of MNIST's form: digits drawn as pen strokes, each written differently. It needs no network
// and no licence, and its bytes are the same on every machine: only + - * / and sqrt on binary64 and the
// standard's random numbers (section 7, purpose 11; layer 0 train, 1 test; words 4096 n .. 4096 n + 4095 for
// image n) reach a pixel.
struct DigitsOptions {
  int64_t n_train = 60000;
  int64_t n_test = 10000;
  uint64_t seed = 1;

  bool operator==(const DigitsOptions&) const = default;
};

enum class DigitsPart { kTrain = 0, kTest = 1 };

// Image n depends on seed, part and n alone, not on how many are drawn.
Result<LabelledImages> draw_digits(DigitsPart part, int64_t n, uint64_t seed);

// Writes the four IDX files, uncompressed, under MNIST's names. With default options their digests are
// checked against those of the data set "digits" (dataset.h): other bytes would be a defect of this build and
// are an error.
Result<void> make_digits(const platform::Path& folder, const DigitsOptions& options);

}  // namespace ibid::data
