#pragma once

#include "base/result.h"
#include "describe/facts.h"

namespace ibid::describe {

// Whatever the request's paths lead to: tables (CSV and its relatives, .npy), IDX arrays with their labels, a
// folder of four files as MNIST's, a folder of images with one folder per class. A path that is a folder with
// a folder per split stands for all of its splits.
// Errors: usage where paths of different kinds are mixed or options do not fit; those of the files.
Result<DataFacts> describe_data(DescribeRequest request);

}  // namespace ibid::describe
