#include "describe/label_file.h"

#include "base/number_text.h"
#include "data/byte_source.h"
#include "data/csv_reader.h"
#include "data/idx.h"
#include "data/quoted_name.h"

namespace ibid::describe {
namespace {

Result<std::vector<std::string>> labels_of_array(const data::IdxArray& array, const platform::Path& path) {
  if (array.shape.size() != 1) {
    return Error(ErrorCode::kMalformed,
                 data::quoted_name(path.native()) + " has " +
                     number_text(static_cast<int64_t>(array.shape.size())) + " dimensions; labels have one",
                 "name the file of labels, not that of images");
  }
  std::vector<std::string> labels;
  labels.reserve(array.values.size());
  for (const uint8_t value : array.values) labels.push_back(number_text(int{value}));
  return labels;
}

}  // namespace

Result<std::vector<std::string>> read_label_file(const platform::Path& path) {
  IBID_ASSIGN(data::ByteSource source, data::ByteSource::open(path));
  std::string head;
  IBID_TRY(source.next(head));
  if (head.starts_with(std::string_view("\0\0", 2))) {
    IBID_ASSIGN(const data::IdxArray array, data::read_idx(path));
    return labels_of_array(array, path);
  }
  const auto pieces = [&](std::string& text) -> Result<bool> {
    if (head.empty()) return source.next(text);
    text += head;
    head.clear();
    return true;
  };
  data::CsvReader reader(pieces, path.string());
  std::vector<std::string> labels;
  data::CsvRecord record;
  for (;;) {
    IBID_ASSIGN(const bool found, reader.next(record));
    if (!found) return labels;
    labels.emplace_back(record.cell(0));
  }
}

}  // namespace ibid::describe
