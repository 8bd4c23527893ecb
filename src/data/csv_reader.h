#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ibid::data {

// One record of a CSV file: its cells without quotes.
class CsvRecord {
 public:
  size_t size() const { return ends_.size(); }
  std::string_view cell(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  // Of the file, from 1, on which the record begins.
  int64_t line() const { return line_; }
  // Whether text followed a closing quote, which RFC 4180 does not allow; it was kept.
  bool stray_text() const { return stray_text_; }

 private:
  friend class CsvReader;
  std::string text_;
  std::vector<size_t> ends_;
  int64_t line_ = 0;
  bool stray_text_ = false;
};

// Appends the next piece of a text; false when there is no more.
using TextPieces = std::function<Result<bool>(std::string& text)>;

// Reads records as RFC 4180 has them, and what is met in practice besides: any one-byte delimiter, line ends
// of any kind (LF, CR LF, CR), a byte order mark, quotes inside a bare cell (they stand for themselves), a
// last line without an end. Lines without a single byte are left out and counted.
//
// Of the text no more is kept than one record and one piece. A record above 16 MiB is an error: it is a quote
// that nobody closed.
class CsvReader {
 public:
  // `name` is for errors.
  CsvReader(TextPieces pieces, std::string name) : pieces_(std::move(pieces)), name_(std::move(name)) {}

  // The delimiter among , ; tab and | that cuts the first lines into the same number of cells, the most;
  // a comma if there is none. Before the first next(). Errors: those of the text, and text that is none.
  Result<char> guess_delimiter();
  void set_delimiter(char delimiter) { delimiter_ = delimiter; }

  // False at the end. Errors: malformed, naming the line; those of the text.
  Result<bool> next(CsvRecord& record);

  int64_t n_empty_lines() const { return n_empty_lines_; }

 private:
  enum class State { kCellStart, kBare, kQuoted, kQuoteInQuoted };

  Result<void> start();
  Result<bool> more();
  void end_cell(CsvRecord& record);
  bool end_record(CsvRecord& record);
  bool step(char c, CsvRecord& record);
  size_t copy_run(CsvRecord& record);
  Error too_long(const CsvRecord& record) const;
  Error unclosed(const CsvRecord& record) const;

  TextPieces pieces_;
  std::string name_;
  char delimiter_ = ',';
  bool started_ = false;
  bool at_end_ = false;
  std::string buffer_;
  size_t position_ = 0;
  State state_ = State::kCellStart;
  bool after_carriage_return_ = false;  // the line feed that may follow belongs to it
  int64_t line_ = 1;
  int64_t quote_line_ = 0;  // where the quoted cell that is being read begins
  int64_t n_empty_lines_ = 0;
};

}  // namespace ibid::data
