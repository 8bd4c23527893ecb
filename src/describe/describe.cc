#include "describe/describe.h"

#include "data/quoted_name.h"
#include "describe/arrays.h"
#include "describe/image_folder.h"
#include "describe/table.h"

namespace ibid::describe {
namespace {

enum class Kind { kTable, kArrays, kImageFolder };

Kind kind_of(const platform::Path& path) {
  if (platform::is_folder(path)) return Kind::kImageFolder;
  return is_idx_images(path) ? Kind::kArrays : Kind::kTable;
}

// A folder in the place of splits becomes the splits in it.
void open_folder(DescribeRequest& request) {
  if (request.splits.size() != 1 || request.splits[0].paths.size() != 1) return;
  const platform::Path folder = request.splits[0].paths[0];
  if (!platform::is_folder(folder)) return;
  const std::vector<SplitRequest> digits = splits_of_digit_folder(folder);
  if (!digits.empty()) {
    request.splits = digits;
    return;
  }
  const std::vector<SplitRequest> images = splits_of_image_folder(folder);
  if (!images.empty()) request.splits = images;
}

}  // namespace

Result<DataFacts> describe_data(DescribeRequest request) {
  open_folder(request);
  std::optional<Kind> kind;
  for (const SplitRequest& split : request.splits) {
    for (const platform::Path& path : split.paths) {
      const Kind other = kind_of(path);
      if (kind && *kind != other) {
        return Error(ErrorCode::kUsage,
                     data::quoted_name(path.native()) + " is of another kind than the path before it",
                     "describe tables, arrays and folders of images one at a time");
      }
      kind = other;
    }
  }
  if (kind == Kind::kImageFolder) return describe_image_folders(request);
  return kind == Kind::kArrays ? describe_arrays(request) : describe_table(request);
}

}  // namespace ibid::describe
