#pragma once

#include "base/result.h"
#include "describe/facts.h"

namespace ibid::describe {

// The splits of a folder: its own folders, if all are called as splits are (train, test, validation, ...);
// else none.
std::vector<SplitRequest> splits_of_image_folder(const platform::Path& folder);

// Folders of images. The label of an image is the folder it lies in, directly below that of its split;
// images that lie in no such folder have none. Only one image is in memory at a time. Images are compared by
// their bytes, unpacked if they are gzip-compressed; pixels are not decoded.
// Errors: usage for options that are for tables; a folder without a single image.
Result<DataFacts> describe_image_folders(const DescribeRequest& request);

}  // namespace ibid::describe
