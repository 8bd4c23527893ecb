#include "describe/request_check.h"

namespace ibid::describe {

Result<void> refuse_table_options(const DescribeRequest& request) {
  const char* option = nullptr;
  if (request.header != Header::kGuess) option = "--header and --no-header";
  if (request.delimiter) option = "--delimiter";
  if (!request.ignored.empty()) option = "--ignore";
  if (request.group) option = "--group";
  if (request.label) option = "--label";
  if (option == nullptr) return {};
  return Error(ErrorCode::kUsage, std::string(option) + " is for tables, and this data has no columns",
               "labels of arrays come with --label-file; those of image folders are the folders' names");
}

}  // namespace ibid::describe
