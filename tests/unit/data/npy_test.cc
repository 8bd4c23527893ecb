#include "data/npy.h"

#include <doctest/doctest.h>

#include <bit>

namespace ibid::data {
namespace {

using namespace std::string_literals;

std::string head(const std::string& dictionary) {
  std::string text = dictionary;
  while ((text.size() + 11) % 64 != 0) text += ' ';
  text += '\n';
  const auto length = static_cast<char>(text.size());
  return "\x93NUMPY\x01"s + '\0' + length + '\0' + text;
}

std::string dictionary(const std::string& type, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
}

ErrorCode refused(const std::string& bytes) {
  const Result<NpyHeader> header = parse_npy_header(bytes, "t.npy");
  REQUIRE(!header.ok());
  return header.error().code();
}

TEST_CASE("type, shape and the place of the values") {
  const std::string bytes = head(dictionary("<f8", "3, 2"));
  const NpyHeader header = parse_npy_header(bytes, "t.npy").value();
  CHECK(header.kind == 'f');
  CHECK(header.item_bytes == 8);
  CHECK(!header.big_endian);
  CHECK(header.n_rows() == 3);
  CHECK(header.n_columns() == 2);
  CHECK(header.header_bytes == bytes.size());
  CHECK(parse_npy_header(head(dictionary(">i2", "7,")), "t.npy").value().n_columns() == 1);
}

TEST_CASE("values of every kind and byte order") {
  const auto text = [](const std::string& type, const std::string& bytes) {
    return npy_value_text(parse_npy_header(head(dictionary(type, "1,")), "t.npy").value(), bytes);
  };
  CHECK(text("<i2", "\xFE\xFF"s) == "-2");
  CHECK(text(">i2", "\xFF\xFE"s) == "-2");
  CHECK(text("|u1", "\xFF"s) == "255");
  CHECK(text("<u8", std::string(8, '\xFF')) == "18446744073709551615");
  CHECK(text("<i8", "\x00\x00\x00\x00\x00\x00\x00\x80"s) == "-9223372036854775808");
  CHECK(text("<f4", "\x00\x00\xC0\x3F"s) == "1.5");
  CHECK(text(">f8", "\xBF\xE0\x00\x00\x00\x00\x00\x00"s) == "-0.5");
  CHECK(text("|b1", "\x01"s) == "true");
}

TEST_CASE("what is no array of numbers is refused by name") {
  CHECK(refused(head(dictionary("<c16", "3,"))) == ErrorCode::kUnsupported);
  CHECK(refused(head(dictionary("|O", "3,"))) == ErrorCode::kUnsupported);
  CHECK(refused(head(dictionary("<f8", "3, 2, 2"))) == ErrorCode::kUnsupported);
  CHECK(refused(head("{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }")) ==
        ErrorCode::kUnsupported);
  CHECK(refused(head(dictionary("<f8", "-3,"))) == ErrorCode::kMalformed);
  CHECK(refused(head(dictionary("<f8", "9223372036854775807, 9"))) == ErrorCode::kMalformed);
  CHECK(refused(head("{'descr': '<f8'}")) == ErrorCode::kMalformed);
  CHECK(refused("\x93NUMPY\x09\x00\x01\x00 \x00\x00\x00"s) == ErrorCode::kMalformed);
}

TEST_CASE("every head cut short is truncated") {
  const std::string bytes = head(dictionary("<f8", "3, 2"));
  for (size_t length = 6; length < bytes.size(); ++length)
    CHECK(refused(bytes.substr(0, length)) == ErrorCode::kTruncated);
}

}  // namespace
}  // namespace ibid::data
