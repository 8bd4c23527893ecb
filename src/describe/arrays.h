#pragma once

#include "base/result.h"
#include "describe/facts.h"

namespace ibid::describe {

// Whether the file is an IDX array with more than one dimension, gzip-compressed or not.
bool is_idx_images(const platform::Path& path);

// The splits of a folder with files of MNIST's names: "train" and "test", as far as they are there, each with
// its labels. None if it has no such file.
std::vector<SplitRequest> splits_of_digit_folder(const platform::Path& folder);

// IDX arrays: the first dimension counts the items, the others are one item's. One file at a time is in
// memory. Errors: usage for options that are for tables; those of the files; labels that are too few or many.
Result<DataFacts> describe_arrays(const DescribeRequest& request);

}  // namespace ibid::describe
