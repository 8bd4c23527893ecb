#include "data/quoted_name.h"

#include <doctest/doctest.h>

namespace ibid::data {
namespace {

TEST_CASE("names become printable text, and only what has to is escaped") {
  CHECK(quoted_name("plain name.png") == "\"plain name.png\"");
  CHECK(quoted_name("") == "\"\"");
  CHECK(quoted_name("\xC3\xBC \xE4\xB8\xAD \xF0\x9F\x90\xA6") ==
        "\"\xC3\xBC \xE4\xB8\xAD \xF0\x9F\x90\xA6\"");
  CHECK(quoted_name("a\\b\"c") == R"("a\\b\"c")");
  CHECK(quoted_name("a\nb\t\x7F") == R"("a\x0ab\x09\x7f")");
  CHECK(quoted_name("\xC2\x9B[31m") == R"("\xc2\x9b[31m")");  // a terminal would obey it
}

TEST_CASE("bytes that are not UTF-8 are escaped one by one") {
  CHECK(quoted_name("\xFF"
                    "a") == R"("\xffa")");
  CHECK(quoted_name("\xC3") == R"("\xc3")");
  CHECK(quoted_name("\xC0\xAF") == R"("\xc0\xaf")");                  // overlong
  CHECK(quoted_name("\xED\xA0\x80") == R"("\xed\xa0\x80")");          // a surrogate
  CHECK(quoted_name("\xF4\x90\x80\x80") == R"("\xf4\x90\x80\x80")");  // above U+10FFFF
  CHECK(quoted_name("\xE4\xB8") == R"("\xe4\xb8")");
}

TEST_CASE("every byte in every company comes back") {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string name = {static_cast<char>(a), static_cast<char>(b), 'x'};
      REQUIRE(parse_quoted_name(quoted_name(name)) == name);
    }
  }
}

TEST_CASE("another text for the same name is refused") {
  for (const char* text : {"", "\"", "a", "\"a", "a\"", R"("\x61")", R"("\xFF")", R"("\n")", R"("\")",
                           R"("\x")", R"("\x4")", "\"a\"b\"", "\"\n\"", "\"\xFF\"", " \"a\"", "\"a\" "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_quoted_name(text).has_value());
  }
}

}  // namespace
}  // namespace ibid::data
