#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/byte_source.h"
#include "data/csv_reader.h"
#include "data/npy.h"
#include "describe/facts.h"

namespace ibid::describe {

// The rows of a file, whatever its form: CSV and its relatives, or .npy; gzip or not.
class TableFile {
 public:
  // Reads the head: form, delimiter and names are then known.
  static Result<TableFile> open(const platform::Path& path, const DescribeRequest& request);

  // The names in the first row; empty if the file has none.
  const std::vector<std::string>& names() const { return names_; }
  // Cells of the first row.
  size_t n_columns() const { return n_columns_; }
  // How the file was read, for the card.
  const std::vector<Note>& reading() const { return reading_; }

  // Valid until the next call. False at the end.
  Result<bool> next(std::vector<std::string_view>& cells);
  // Of the row that next() gave; 0 where files have no lines.
  int64_t line() const { return line_; }
  bool stray_text() const { return stray_text_; }
  int64_t n_empty_lines() const { return reader_ ? reader_->n_empty_lines() : 0; }
  const data::ByteSource& source() const { return *source_; }

 private:
  Result<void> open_text(const platform::Path& path, const DescribeRequest& request);
  Result<void> open_array(const platform::Path& path);
  Result<void> read_head(Header header);
  Result<bool> next_of_array(std::vector<std::string_view>& cells);
  void give(std::vector<std::string_view>& cells);

  std::unique_ptr<data::ByteSource> source_;  // what the reader's pieces come from: it must stay in its place
  std::unique_ptr<std::string> head_;         // read before the form was known
  std::optional<data::CsvReader> reader_;
  std::optional<data::NpyHeader> array_;
  int64_t rows_left_ = 0;  // of an array
  std::string array_bytes_;
  size_t array_position_ = 0;  // in array_bytes_: of the next row
  std::vector<std::string> array_texts_;
  std::string name_;
  std::vector<std::string> names_;
  size_t n_columns_ = 0;
  std::vector<Note> reading_;
  data::CsvRecord record_;
  bool first_row_waits_ = false;
  int64_t line_ = 0;
  bool stray_text_ = false;
};

}  // namespace ibid::describe
