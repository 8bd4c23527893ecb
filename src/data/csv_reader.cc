#include "data/csv_reader.h"

#include <algorithm>
#include <array>

#include "base/number_text.h"
#include "data/quoted_name.h"

namespace ibid::data {
namespace {

constexpr size_t kMaxRecordBytes = size_t{16} << 20;
constexpr size_t kSniffedBytes = size_t{1} << 16;
constexpr size_t kSniffedLines = 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Error no_text(const std::string& name, const char* why, const char* hint) {
  return Error(ErrorCode::kUnsupported, quoted_name(name) + " is no text in UTF-8: " + why, hint);
}

// How many cells the first lines have with this delimiter, if it is the same number for all; else 1.
size_t cells_with(char delimiter, std::string_view text, const std::string& name) {
  bool given = false;
  CsvReader reader(
      [&](std::string& piece) -> Result<bool> {
        if (given) return false;
        given = true;
        piece += text;
        return true;
      },
      name);
  reader.set_delimiter(delimiter);
  CsvRecord record;
  size_t n_cells = 0;
  for (size_t i = 0; i < kSniffedLines; ++i) {
    const Result<bool> found = reader.next(record);
    if (!found.ok() || !found.value()) break;
    if (n_cells != 0 && record.size() != n_cells) return 1;
    n_cells = record.size();
  }
  return std::max<size_t>(1, n_cells);
}

}  // namespace

Result<bool> CsvReader::more() {
  buffer_.erase(0, position_);
  position_ = 0;
  const size_t before = buffer_.size();
  while (!at_end_ && buffer_.size() == before) {
    IBID_ASSIGN(const bool found, pieces_(buffer_));
    at_end_ = !found;
  }
  return buffer_.size() > before;
}

Result<void> CsvReader::start() {
  if (started_) return {};
  started_ = true;
  while (buffer_.size() < kSniffedBytes) {
    IBID_ASSIGN(const bool found, more());
    if (!found) break;
  }
  if (buffer_.starts_with("\xFF\xFE") || buffer_.starts_with("\xFE\xFF")) {
    return no_text(name_, "it begins with the mark of UTF-16",
                   "convert it: iconv -f UTF-16 -t UTF-8 FILE > FILE.csv");
  }
  if (std::string_view(buffer_).substr(0, kSniffedBytes).find('\0') != std::string_view::npos) {
    return no_text(name_, "it has bytes of value 0",
                   "name a table (CSV, TSV, .npy), IDX files or a folder of images");
  }
  if (buffer_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
  return {};
}

Result<char> CsvReader::guess_delimiter() {
  IBID_TRY(start());
  std::string_view sample = std::string_view(buffer_).substr(position_, kSniffedBytes);
  // A record cut in half by the end of the sample must not count.
  if (position_ + sample.size() < buffer_.size() || !at_end_) {
    const size_t last_end = sample.rfind('\n');
    if (last_end != std::string_view::npos) sample = sample.substr(0, last_end + 1);
  }
  constexpr std::array<char, 4> kCandidates = {',', '\t', ';', '|'};
  char best = ',';
  size_t most = 1;
  for (const char candidate : kCandidates) {
    const size_t n_cells = cells_with(candidate, sample, name_);
    if (n_cells > most) {
      most = n_cells;
      best = candidate;
    }
  }
  delimiter_ = best;
  return best;
}

void CsvReader::end_cell(CsvRecord& record) {
  record.ends_.push_back(record.text_.size());
  state_ = State::kCellStart;
}

// Whether there is a record: a line without a byte is none.
bool CsvReader::end_record(CsvRecord& record) {
  if (record.ends_.empty() && record.text_.empty() && state_ == State::kCellStart) {
    ++n_empty_lines_;
    record.line_ = line_;
    return false;
  }
  end_cell(record);
  return true;
}

// One byte; true when it ends a record.
bool CsvReader::step(char c, CsvRecord& record) {
  if (c == '\n' && after_carriage_return_) {
    after_carriage_return_ = false;
    if (state_ == State::kQuoted) record.text_ += c;
    if (state_ == State::kCellStart && record.ends_.empty()) record.line_ = line_;
    return false;
  }
  after_carriage_return_ = c == '\r';
  const bool line_end = c == '\n' || c == '\r';
  if (line_end) ++line_;
  if (state_ == State::kQuoted) {
    if (c == '"') {
      state_ = State::kQuoteInQuoted;
    } else {
      record.text_ += c;
    }
    return false;
  }
  if (line_end) return end_record(record);
  if (c == delimiter_) {
    end_cell(record);
    return false;
  }
  if (c == '"' && state_ != State::kBare) {
    if (state_ == State::kQuoteInQuoted) {
      record.text_ += c;
    } else {
      quote_line_ = line_;
    }
    state_ = State::kQuoted;
    return false;
  }
  if (state_ == State::kQuoteInQuoted) record.stray_text_ = true;
  record.text_ += c;
  state_ = State::kBare;
  return false;
}

// Inside a cell nearly every byte stands for itself: those are copied in one go.
size_t CsvReader::copy_run(CsvRecord& record) {
  const bool quoted = state_ == State::kQuoted;
  if (!quoted && state_ != State::kBare) return 0;
  size_t end = position_;
  const auto plain = [&](char c) { return c != '\n' && c != '\r' && (quoted ? c != '"' : c != delimiter_); };
  while (end < buffer_.size() && plain(buffer_[end])) ++end;
  const size_t length = end - position_;
  if (length > 0) after_carriage_return_ = false;
  record.text_.append(buffer_, position_, length);
  return length;
}

Result<bool> CsvReader::next(CsvRecord& record) {
  IBID_TRY(start());
  record.text_.clear();
  record.ends_.clear();
  record.stray_text_ = false;
  record.line_ = line_;
  state_ = State::kCellStart;
  for (;;) {
    if (position_ == buffer_.size()) {
      IBID_ASSIGN(const bool found, more());
      if (!found) break;
    }
    position_ += copy_run(record);
    if (record.text_.size() > kMaxRecordBytes || record.ends_.size() > kMaxRecordBytes)
      return too_long(record);
    if (position_ == buffer_.size()) continue;
    if (step(buffer_[position_++], record)) return true;
  }
  if (state_ == State::kQuoted) return unclosed(record);
  if (state_ == State::kCellStart && record.ends_.empty()) return false;
  end_cell(record);
  return true;
}

Error CsvReader::too_long(const CsvRecord& record) const {
  const bool quoted = state_ == State::kQuoted;
  return Error(ErrorCode::kMalformed,
               quoted_name(name_) + ": the record that begins on line " + number_text(record.line_) +
                   " is longer than 16 MiB" +
                   (quoted ? "; a quote opened on line " + number_text(quote_line_) + " is not closed" : ""),
               "close the quote, or check that the file is a table of text");
}

Error CsvReader::unclosed(const CsvRecord&) const {
  return Error(ErrorCode::kMalformed,
               quoted_name(name_) + ": the quote opened on line " + number_text(quote_line_) +
                   " is not closed before the end of the file",
               "close the quote; the file may have been cut short");
}

}  // namespace ibid::data
