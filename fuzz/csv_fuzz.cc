// The reader of CSV: whatever the bytes, records or an error, and the same ones however the text is cut.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv_reader.h"

namespace {

using namespace ibid;

data::TextPieces pieces(std::string_view text, size_t piece_bytes) {
  return [=, at = size_t{0}](std::string& out) mutable -> Result<bool> {
    if (at >= text.size()) return false;
    out += text.substr(at, piece_bytes);
    at += piece_bytes;
    return true;
  };
}

// Everything that reading gave, as one text.
std::string reading(std::string_view text, size_t piece_bytes) {
  data::CsvReader reader(pieces(text, piece_bytes), "input");
  const Result<char> delimiter = reader.guess_delimiter();
  if (!delimiter.ok()) return delimiter.error().to_string();
  std::string all(1, delimiter.value());
  data::CsvRecord record;
  for (;;) {
    const Result<bool> found = reader.next(record);
    if (!found.ok()) return all + found.error().to_string();
    if (!found.value()) return all + std::to_string(reader.n_empty_lines());
    IBID_CHECK(record.size() > 0, "a record without a cell");
    all += std::to_string(record.line());
    for (size_t i = 0; i < record.size(); ++i) {
      all += '<';
      all += record.cell(i);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  IBID_CHECK(reading(input, size + 1) == reading(input, 3), "where the text was cut changed what was read");
  return 0;
}
