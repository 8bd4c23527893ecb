#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/dataset.h"
#include "data/labelled_images.h"
#include "platform/file.h"

namespace ibid::data {

struct DigitImages {
  LabelledImages train;
  LabelledImages test;
  platform::Path folder;
  // Of the uncompressed content of train images, train labels, test images, test labels.
  std::array<std::string, 4> sha256;
};

// The names of MNIST's four files, without ".gz", in the order of DigitImages::sha256.
inline constexpr std::array<const char*, 4> kDigitFileNames = {
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

// Those of the four that lie in `folder`, compressed before unpacked, as the loaders take them.
std::vector<platform::Path> digit_files(const platform::Path& folder);

// MNIST itself, bit for bit the original content, from the first candidate folder that has one of its files,
// compressed or not.
Result<DigitImages> load_mnist(const DataLocations& locations);

// Any data set of MNIST's form in `folder`, such as what `ibid data make digits` writes.
Result<DigitImages> load_digit_images(const platform::Path& folder);

}  // namespace ibid::data
