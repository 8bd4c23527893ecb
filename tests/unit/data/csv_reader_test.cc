#include "data/csv_reader.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace ibid::data {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// The text in pieces of `piece_bytes`, so that every state is met at the end of a piece.
TextPieces in_pieces(std::string text, size_t piece_bytes) {
  return [text = std::move(text), piece_bytes, at = size_t{0}](std::string& out) mutable -> Result<bool> {
    if (at >= text.size()) return false;
    out += text.substr(at, piece_bytes);
    at += piece_bytes;
    return true;
  };
}

struct Reading {
  Rows rows;
  std::vector<int64_t> lines;
  int64_t n_empty_lines = 0;
  int64_t n_stray = 0;
  std::string error;
};

Reading read(const std::string& text, char delimiter, size_t piece_bytes) {
  CsvReader reader(in_pieces(text, piece_bytes), "t.csv");
  reader.set_delimiter(delimiter);
  Reading reading;
  CsvRecord record;
  for (;;) {
    const Result<bool> found = reader.next(record);
    if (!found.ok()) reading.error = found.error().to_string();
    if (!found.ok() || !found.value()) break;
    std::vector<std::string> cells;
    for (size_t i = 0; i < record.size(); ++i) cells.emplace_back(record.cell(i));
    reading.rows.push_back(cells);
    reading.lines.push_back(record.line());
    reading.n_stray += record.stray_text() ? 1 : 0;
  }
  reading.n_empty_lines = reader.n_empty_lines();
  return reading;
}

// The same whatever the pieces.
Reading read(const std::string& text, char delimiter = ',') {
  const Reading whole = read(text, delimiter, text.size() + 1);
  for (const size_t piece_bytes : {size_t{1}, size_t{2}, size_t{3}, size_t{7}}) {
    const Reading pieces = read(text, delimiter, piece_bytes);
    CHECK(pieces.rows == whole.rows);
    CHECK(pieces.lines == whole.lines);
    CHECK(pieces.error == whole.error);
    CHECK(pieces.n_empty_lines == whole.n_empty_lines);
  }
  return whole;
}

TEST_CASE("records of RFC 4180") {
  CHECK(read("a,b\r\n1,2\r\n").rows == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(read("\"a\",\"b,c\"\n\"say \"\"x\"\"\",\"\"\n").rows == Rows{{"a", "b,c"}, {"say \"x\"", ""}});
  CHECK(read("a,b\n1,2").rows == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(read("").rows.empty());
  CHECK(read("a").rows == Rows{{"a"}});
  CHECK(read("a,").rows == Rows{{"a", ""}});
  CHECK(read(",\n").rows == Rows{{"", ""}});
  CHECK(read("\"\"\n").rows == Rows{{""}});
}

TEST_CASE("a quoted cell may hold line ends, and lines are counted all the same") {
  const Reading reading = read("a,\"x\r\ny\nz\"\r\nb,c\n");
  CHECK(reading.rows == Rows{{"a", "x\r\ny\nz"}, {"b", "c"}});
  CHECK(reading.lines == std::vector<int64_t>{1, 4});
}

TEST_CASE("line ends of every kind") {
  CHECK(read("a\rb\rc").rows == Rows{{"a"}, {"b"}, {"c"}});
  const Reading mixed = read("a\r\n\r\nb\n\n\nc\r");
  CHECK(mixed.rows == Rows{{"a"}, {"b"}, {"c"}});
  CHECK(mixed.lines == std::vector<int64_t>{1, 3, 6});
  CHECK(mixed.n_empty_lines == 3);
}

TEST_CASE("a byte order mark is no part of the first name") {
  CHECK(read("\xEF\xBB\xBF"
             "a,b\n")
            .rows == Rows{{"a", "b"}});
  CHECK(read("\xEF\xBB\xBF").rows.empty());
}

TEST_CASE("quotes where RFC 4180 has none") {
  CHECK(read("5\" disk,b\n").rows == Rows{{"5\" disk", "b"}});
  const Reading stray = read("\"a\"b,c\nd,e\n");
  CHECK(stray.rows == Rows{{"ab", "c"}, {"d", "e"}});
  CHECK(stray.n_stray == 1);
}

TEST_CASE("a quote that nobody closes is named with its line") {
  const Reading reading = read("a,b\nc,\"d\ne,f\n");
  CHECK(reading.rows == Rows{{"a", "b"}});
  CHECK(reading.error.find("line 2") != std::string::npos);
}

TEST_CASE("a record above 16 MiB ends the reading") {
  const std::string text = "x\n\"" + std::string(size_t{17} << 20, 'y');
  const Reading reading = read(text, ',', size_t{1} << 18);
  CHECK(reading.rows.size() == 1);
  CHECK(reading.error.find("longer than 16 MiB") != std::string::npos);
}

TEST_CASE("UTF-16 and bytes are refused by what they are") {
  CHECK(read(std::string("\xFF\xFE"
                         "a\0",
                         4))
            .error.find("UTF-16") != std::string::npos);
  CHECK(read(std::string("a\0b", 3)).error.find("value 0") != std::string::npos);
}

TEST_CASE("an error of the text is handed on") {
  CsvReader reader([](std::string&) -> Result<bool> { return Error(ErrorCode::kIo, "gone"); }, "t.csv");
  CsvRecord record;
  const Result<bool> found = reader.next(record);
  REQUIRE(!found.ok());
  CHECK(found.error().code() == ErrorCode::kIo);
}

char guessed(const std::string& text) {
  CsvReader reader(in_pieces(text, 5), "t.csv");
  return reader.guess_delimiter().value();
}

TEST_CASE("the delimiter is guessed from what cuts all lines alike") {
  CHECK(guessed("a,b\n1,2\n") == ',');
  CHECK(guessed("a\tb,c\n1\t2\n") == '\t');
  CHECK(guessed("a;b\n1,5;2\n1;2,25\n") == ';');
  CHECK(guessed("a|b|c\n\"x,y\"|2|3\n") == '|');
  CHECK(guessed("a\nb\n") == ',');
  CHECK(guessed("") == ',');
}

TEST_CASE("a guess takes nothing away") {
  CsvReader reader(in_pieces("a\tb\n1\t2\n", 3), "t.csv");
  REQUIRE(reader.guess_delimiter().value() == '\t');
  CsvRecord record;
  REQUIRE(reader.next(record).value());
  CHECK(record.size() == 2);
  CHECK(record.cell(1) == "b");
}

}  // namespace
}  // namespace ibid::data
