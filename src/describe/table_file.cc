#include "describe/table_file.h"

#include <algorithm>
#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "data/quoted_name.h"
#include "describe/cell.h"

namespace ibid::describe {
namespace {

std::string delimiter_text(char delimiter) {
  switch (delimiter) {
    case ',':
      return "comma";
    case '\t':
      return "tab";
    case ';':
      return "semicolon";
    case ' ':
      return "space";
    default:
      return data::quoted_name(std::string_view(&delimiter, 1));
  }
}

// "1 3:1 10:0.5": a label and pairs of column and value, as LIBSVM and XGBoost write them.
bool is_sparse_row(const data::CsvRecord& record) {
  if (record.size() != 1) return false;
  size_t n_pairs = 0;
  for (const std::string& word : split(trim(record.cell(0)), ' ')) {
    const size_t colon = word.find(':');
    const bool pair = colon != std::string::npos && parse_int64(word.substr(0, colon)) &&
                      parse_double(word.substr(colon + 1));
    if (!pair && n_pairs > 0) return false;
    n_pairs += pair ? 1 : 0;
  }
  return n_pairs > 1;
}

// Whether a first row can only be names: no number, no date, nothing missing, no two the same.
bool looks_like_names(const data::CsvRecord& record) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < record.size(); ++i) {
    const CellKind kind = classify_cell(record.cell(i)).kind;
    if (kind != CellKind::kText || !seen.insert(record.cell(i)).second) return false;
  }
  return true;
}

// Names are unique: the second "x" becomes "x (2)".
std::vector<std::string> names_of(const data::CsvRecord& record) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (size_t i = 0; i < record.size(); ++i) {
    std::string name(record.cell(i));
    if (name.empty()) name = "column " + number_text(static_cast<int64_t>(i + 1));
    const std::string base = name;
    for (int64_t copy = 2; !seen.insert(name).second; ++copy) name = base + " (" + number_text(copy) + ")";
    names.push_back(name);
  }
  return names;
}

}  // namespace

Result<TableFile> TableFile::open(const platform::Path& path, const DescribeRequest& request) {
  TableFile file;
  IBID_ASSIGN(data::ByteSource source, data::ByteSource::open(path));
  file.source_ = std::make_unique<data::ByteSource>(std::move(source));
  file.head_ = std::make_unique<std::string>();
  file.name_ = path.string();
  IBID_TRY(file.source_->next(*file.head_));
  if (data::is_npy(*file.head_)) {
    IBID_TRY(file.open_array(path));
  } else {
    IBID_TRY(file.open_text(path, request));
  }
  if (file.source_->is_compressed()) file.reading_.push_back({"compression", "gzip"});
  return file;
}

Result<void> TableFile::open_text(const platform::Path& path, const DescribeRequest& request) {
  const auto pieces = [source = source_.get(), head = head_.get()](std::string& text) -> Result<bool> {
    if (head->empty()) return source->next(text);
    text += *head;
    head->clear();
    return true;
  };
  reader_.emplace(pieces, path.string());
  if (request.delimiter) {
    reader_->set_delimiter(*request.delimiter);
    reading_.push_back({"delimiter", delimiter_text(*request.delimiter) + ", as given"});
  } else {
    IBID_ASSIGN(const char delimiter, reader_->guess_delimiter());
    reading_.push_back({"delimiter", delimiter_text(delimiter) + ", found in the first lines"});
  }
  return read_head(request.header);
}

Result<void> TableFile::read_head(Header header) {
  IBID_ASSIGN(const bool found, reader_->next(record_));
  if (!found) {
    return Error(ErrorCode::kMalformed, data::quoted_name(name_) + " is empty: there is no row in it",
                 "check that it is the right file");
  }
  if (is_sparse_row(record_)) {
    return Error(ErrorCode::kUnsupported,
                 data::quoted_name(name_) + " has sparse rows (LIBSVM), which are not read",
                 "write it as a table with a column for each feature");
  }
  n_columns_ = record_.size();
  const bool names = header == Header::kPresent || (header == Header::kGuess && looks_like_names(record_));
  if (names) names_ = names_of(record_);
  first_row_waits_ = !names;
  const std::string what =
      names ? "the first row has the names" : "the first row is data, columns are numbered";
  const std::string why = header != Header::kGuess ? ", as given"
                          : names ? ", since no cell in it is a number, a date, empty or double"
                                  : ", since a cell in it is a number, a date, empty or double";
  reading_.push_back({"header", what + why});
  return {};
}

Result<void> TableFile::open_array(const platform::Path& path) {
  for (;;) {
    Result<data::NpyHeader> header = data::parse_npy_header(*head_, path.string());
    if (header.ok()) {
      array_ = std::move(header).value();
      break;
    }
    if (header.error().code() != ErrorCode::kTruncated) return std::move(header).error();
    IBID_ASSIGN(const bool found, source_->next(*head_));
    if (!found) return std::move(header).error();
  }
  rows_left_ = array_->n_rows();
  n_columns_ = static_cast<size_t>(array_->n_columns());
  array_bytes_ = head_->substr(array_->header_bytes);
  head_->clear();
  reading_.push_back({"form", "NumPy array, " + number_text(array_->n_rows()) + " x " +
                                  number_text(array_->n_columns()) + " of type " + array_->kind +
                                  number_text(array_->item_bytes)});
  return {};
}

Result<bool> TableFile::next_of_array(std::vector<std::string_view>& cells) {
  if (rows_left_ == 0) {
    // What lies behind the values still belongs to the file's digest.
    for (;;) {
      array_bytes_.clear();
      IBID_ASSIGN(const bool found, source_->next(array_bytes_));
      if (!found) return false;
    }
  }
  const auto item_bytes = static_cast<size_t>(array_->item_bytes);
  const size_t row_bytes = n_columns_ * item_bytes;
  while (array_bytes_.size() - array_position_ < row_bytes) {
    array_bytes_.erase(0, array_position_);
    array_position_ = 0;
    IBID_ASSIGN(const bool found, source_->next(array_bytes_));
    if (!found) {
      return Error(ErrorCode::kTruncated,
                   data::quoted_name(name_) + " ends " + number_text(rows_left_) + " rows too early",
                   "the copy was cut short: fetch the file again");
    }
  }
  array_texts_.clear();
  for (size_t i = 0; i < n_columns_; ++i) {
    const std::string_view value = std::string_view(array_bytes_).substr(array_position_ + i * item_bytes);
    array_texts_.push_back(data::npy_value_text(*array_, value));
  }
  array_position_ += row_bytes;
  --rows_left_;
  cells.assign(array_texts_.begin(), array_texts_.end());
  return true;
}

void TableFile::give(std::vector<std::string_view>& cells) {
  cells.clear();
  for (size_t i = 0; i < record_.size(); ++i) cells.push_back(record_.cell(i));
  line_ = record_.line();
  stray_text_ = record_.stray_text();
}

Result<bool> TableFile::next(std::vector<std::string_view>& cells) {
  if (array_) return next_of_array(cells);
  if (!first_row_waits_) {
    IBID_ASSIGN(const bool found, reader_->next(record_));
    if (!found) return false;
  }
  first_row_waits_ = false;
  give(cells);
  return true;
}

}  // namespace ibid::describe
