#include "engine/io/safetensors.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace ibid::io {
namespace {

Result<Safetensors> decode(const std::string& bytes) {
  return decode_safetensors(std::as_bytes(std::span(bytes)), "input");
}

// A file of this header and data.
std::string file_of(const std::string& header, const std::string& data = {}) {
  const uint64_t size = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &size, 8);
  return bytes + header + data;
}

ErrorCode code_of(const std::string& bytes) {
  const Result<Safetensors> result = decode(bytes);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().message().find("input") != std::string::npos);
  return result.error().code();
}

TEST_CASE("all element types, shapes and texts survive the way to bytes and back") {
  Safetensors content;
  content.tensors = {
      {"flags", Tensor::from_values<bool>({3}, {true, false, true})},
      {"bytes", Tensor::from_values<uint8_t>({2, 2}, {0, 127, 128, 255})},
      {"f32", Tensor::from_values<float>({2, 3}, {0.f, -0.f, 1e-45f, 3e38f, -INFINITY, 1.5f})},
      {"f64", Tensor::from_values<double>({1, 2, 1}, {5e-324, 0.1})},
      {"i64", Tensor::from_values<int64_t>({2}, {INT64_MIN, INT64_MAX})},
      {"scalar", Tensor::scalar(2.5)},
      {"empty", Tensor::zeros({0, 4}, DType::kF32)},
      {"turned", Tensor::arange(6, DType::kF32).reshape({2, 3}).transpose(0, 1)},
      {"na\"me.\u00e9", Tensor::scalar(1.0)},
  };
  content.metadata = {{"format", "pt"}, {"note", "two\nlines"}};
  const std::string bytes = encode_safetensors(content);
  const Safetensors back = decode(bytes).value();
  CHECK(back.tensors.size() == content.tensors.size());
  for (const auto& [name, tensor] : content.tensors) {
    CAPTURE(name);
    REQUIRE(back.find(name) != nullptr);
    CHECK(back.find(name)->same_bits(tensor));
  }
  CHECK(back.metadata == content.metadata);
  CHECK(*back.find_metadata("note") == "two\nlines");
  CHECK(back.find("none") == nullptr);
  CHECK(back.find_metadata("none") == nullptr);
  CHECK(encode_safetensors(content) == bytes);
  CHECK(encode_safetensors(back).size() == bytes.size());
}

TEST_CASE("every tensor is aligned to its elements") {
  Safetensors content;
  content.tensors = {{"a", Tensor::from_values<uint8_t>({3}, {1, 2, 3})},
                     {"b", Tensor::zeros({3}, DType::kF32)},
                     {"c", Tensor::zeros({1}, DType::kF64)}};
  const std::string bytes = encode_safetensors(content);
  uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), 8);
  CHECK(header_size % 8 == 0);
  CHECK(bytes.find("\"data_offsets\":[0,8]") != std::string::npos);
  CHECK(bytes.find("\"data_offsets\":[8,20]") != std::string::npos);
  CHECK(bytes.find("\"data_offsets\":[20,23]") != std::string::npos);
}

TEST_CASE("every NaN is written as the one canonical NaN") {
  Safetensors content;
  content.tensors = {
      {"f32", Tensor::from_values<float>(
                  {3}, {std::bit_cast<float>(0xFFC12345u), std::bit_cast<float>(0x7F800001u), 1.0f})},
      {"f64", Tensor::from_values<double>({1}, {std::bit_cast<double>(uint64_t{0xFFF8000000000001u})})}};
  const std::string bytes = encode_safetensors(content);
  const Safetensors back = decode(bytes).value();
  const std::vector<float> values = back.find("f32")->to_vector<float>();
  CHECK(std::bit_cast<uint32_t>(values[0]) == 0x7FC00000u);
  CHECK(std::bit_cast<uint32_t>(values[1]) == 0x7FC00000u);
  CHECK(values[2] == 1.0f);
  CHECK(std::bit_cast<uint64_t>(back.find("f64")->data<double>()[0]) == 0x7FF8000000000000u);
}

TEST_CASE("an empty file of tensors, and one without metadata") {
  CHECK(decode(encode_safetensors({})).value().tensors.empty());
  CHECK(decode(file_of("{}")).value().metadata.empty());
}

TEST_CASE("every cut of a file is an error, and so is a byte more") {
  Safetensors content;
  content.tensors = {{"a", Tensor::zeros({3}, DType::kF32)}, {"b", Tensor::zeros({2}, DType::kI64)}};
  const std::string bytes = encode_safetensors(content);
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(code_of(bytes.substr(0, size)) == ErrorCode::kTruncated);
  }
  CHECK(code_of(bytes + "x") == ErrorCode::kMalformed);
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "{\"t\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
}

TEST_CASE("a header that lies is refused") {
  const std::string four(4, '\0'), eight(8, '\0');
  REQUIRE(decode(file_of(entry("\"F32\"", "[1]", "[0,4]"), four)).ok());
  const std::string bad_headers[] = {
      "[]",
      "7",
      "{\"t\":7}",
      "{\"t\":{}}",
      "{\"__metadata__\":[]}",
      "{\"__metadata__\":{\"a\":1}}",
      entry("7", "[1]", "[0,4]"),
      entry("\"F32\"", "4", "[0,4]"),
      entry("\"F32\"", "[-1]", "[0,4]"),
      entry("\"F32\"", "[1.0]", "[0,4]"),
      entry("\"F32\"", "[1,1,1,1,1,1,1,1,1]", "[0,4]"),
      entry("\"F32\"", "[2]", "[0,4]"),
      entry("\"F32\"", "[1]", "[0]"),
      entry("\"F32\"", "[1]", "[0,4,4]"),
      entry("\"F32\"", "[1]", "[-4,0]"),
      entry("\"F32\"", "[1]", "[4,0]"),
      entry("\"F32\"", "[1]", "[0,4.0]"),
      entry("\"F32\"", "[0]", "[4,4]"),
      entry("\"F32\"", "[1]", "[9223372036854775808,4]"),
      entry("\"F32\"", "[1]", "[18446744073709551612,0]"),
      entry("\"F32\"", "[1]", "[0,18446744073709551615]"),
      entry("\"F32\"", "[281474976710656,281474976710656]", "[0,4]"),
      entry("\"F32\"", "[0,281474976710656,281474976710656]", "[0,0]"),
      entry("\"F32\"", "[99999999999999999999]", "[0,4]"),
  };
  for (const std::string& header : bad_headers) {
    CAPTURE(header);
    CHECK(code_of(file_of(header, four)) == ErrorCode::kMalformed);
  }
  CHECK(code_of(file_of(entry("\"F16\"", "[2]", "[0,4]"), four)) == ErrorCode::kUnsupported);
  const std::string first = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},";
  const std::string gap = first + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}";
  const std::string overlap = first + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}";
  CHECK(code_of(file_of(gap, eight + four)) == ErrorCode::kMalformed);
  CHECK(code_of(file_of(overlap, eight)) == ErrorCode::kMalformed);
}

TEST_CASE("a header that is no JSON, or too long, is refused") {
  CHECK_FALSE(decode(file_of("{")).ok());
  CHECK_FALSE(decode(file_of("{} x")).ok());
  CHECK_FALSE(decode(file_of("\xff{}")).ok());
  std::string huge(16, '\xff');
  CHECK(code_of(huge) == ErrorCode::kMalformed);
}

TEST_CASE("a boolean that is neither 0 nor 1 is refused") {
  const std::string header = entry("\"BOOL\"", "[2]", "[0,2]");
  CHECK(decode(file_of(header, std::string("\0\1", 2))).ok());
  CHECK(code_of(file_of(header, std::string("\0\2", 2))) == ErrorCode::kMalformed);
}

}  // namespace
}  // namespace ibid::io
