#include "base/text.h"

#include <doctest/doctest.h>

namespace ibid {
namespace {

TEST_CASE("split and join are inverses") {
  for (const char* text : {"", "a", "a,b", ",", "a,,b,"}) CHECK(join(split(text, ','), ",") == text);
  CHECK(split("a,,b", ',').size() == 3);
}

TEST_CASE("trim takes blanks off both ends only") {
  CHECK(trim(" \ta b\r\n") == "a b");
  CHECK(trim(" \n") == "");
}

TEST_CASE("sizes and durations read as people write them") {
  CHECK(format_bytes(0) == "0 bytes");
  CHECK(format_bytes(1) == "1 byte");
  CHECK(format_bytes(1023) == "1023 bytes");
  CHECK(format_bytes(9912422) == "9.5 MiB");
  CHECK(format_bytes((int64_t{1} << 20) - 1) == "1.0 MiB");
  CHECK(format_duration(0.484) == "0.48 s");
  CHECK(format_duration(42.4) == "42 s");
  CHECK(format_duration(59.7) == "1 min 0 s");
  CHECK(format_duration(200) == "3 min 20 s");
  CHECK(format_duration(7500) == "2 h 5 min");
}

TEST_CASE("sizes as people type them") {
  CHECK(parse_bytes("0") == 0);
  CHECK(parse_bytes("917") == 917);
  CHECK(parse_bytes("917 bytes") == std::nullopt);
  CHECK(parse_bytes("12B") == 12);
  CHECK(parse_bytes("64k") == 65536);
  CHECK(parse_bytes("10MiB") == 10485760);
  CHECK(parse_bytes("1.5 GiB") == 1610612736);
  CHECK(parse_bytes("2mb") == 2097152);
  for (const char* text : {"", "x", "-1", "1e3", "MiB", "10 XiB", "10MM", "9999999PiB", "1.2.3", "nan"})
    CHECK_MESSAGE(!parse_bytes(text), text);
}

TEST_CASE("edit distance counts single slips, a swap as one") {
  CHECK(edit_distance("verify", "verify") == 0);
  CHECK(edit_distance("verfiy", "verify") == 1);
  CHECK(edit_distance("verif", "verify") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("a slip finds its word, a wild guess does not") {
  const std::vector<std::string> commands = {"doctor", "data", "version", "verify"};
  CHECK(closest_match("docter", commands) == "doctor");
  CHECK(closest_match("vrsion", commands) == "version");
  CHECK(closest_match("veri", commands) == "verify");
  CHECK_FALSE(closest_match("ver", commands).has_value());
  CHECK_FALSE(closest_match("banana", commands).has_value());
  CHECK_FALSE(closest_match("x", commands).has_value());
}

TEST_CASE("wrapped lines keep to the width unless one word is longer") {
  CHECK(wrap_text("aa bb cc", 5) == std::vector<std::string>{"aa bb", "cc"});
  CHECK(wrap_text("abcdefgh i", 4) == std::vector<std::string>{"abcdefgh", "i"});
  CHECK(wrap_text("", 4).empty());
}

}  // namespace
}  // namespace ibid
