#include "describe/describe.h"

#include "data/quoted_name.h"
#include "describe/arrays.h"
#include "describe/table.h"

namespace ibid::describe {
namespace {

enum class Kind { kTable, kArrays };

Result<Kind> kind_of(const platform::Path& path) {
  if (platform::is_folder(path)) {
    return Error(ErrorCode::kUnsupported, data::quoted_name(path.native()) + " is a folder without MNIST's files",
                 "name the files of a table");
  }
  return is_idx_images(path) ? Kind::kArrays : Kind::kTable;
}

// A folder in the place of splits becomes the splits in it.
void open_folder(DescribeRequest& request) {
  if (request.splits.size() != 1 || request.splits[0].paths.size() != 1) return;
  const platform::Path folder = request.splits[0].paths[0];
  if (!platform::is_folder(folder)) return;
  const std::vector<SplitRequest> digits = splits_of_digit_folder(folder);
  if (!digits.empty()) request.splits = digits;
}

}  // namespace

Result<DataFacts> describe_data(DescribeRequest request) {
  open_folder(request);
  std::optional<Kind> kind;
  for (const SplitRequest& split : request.splits) {
    for (const platform::Path& path : split.paths) {
      IBID_ASSIGN(const Kind other, kind_of(path));
      if (kind && *kind != other) {
        return Error(ErrorCode::kUsage, data::quoted_name(path.native()) + " is of another kind than the path before it",
                     "describe tables, arrays and folders of images one at a time");
      }
      kind = other;
    }
  }
  return kind == Kind::kArrays ? describe_arrays(request) : describe_table(request);
}

}  // namespace ibid::describe
