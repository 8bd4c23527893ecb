#include "base/base64.h"

#include <doctest/doctest.h>

namespace ibid {
namespace {

TEST_CASE("the examples of RFC 4648") {
  for (const auto& [bytes, text] :
       {std::pair("", ""), std::pair("f", "Zg=="), std::pair("fo", "Zm8="), std::pair("foo", "Zm9v"),
        std::pair("foob", "Zm9vYg=="), std::pair("fooba", "Zm9vYmE="), std::pair("foobar", "Zm9vYmFy")}) {
    CHECK(base64_text(bytes) == text);
    CHECK(parse_base64(text) == bytes);
  }
}

TEST_CASE("every byte survives") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (const std::string& part : {bytes, bytes.substr(1), bytes.substr(2)})
    CHECK(parse_base64(base64_text(part)) == part);
}

TEST_CASE("there is one spelling") {
  for (const char* text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Zm9v\n", " Zm9v", "Zm9", "Z===", "====", "Zm-v", "Zg==Zg=="})
    CHECK_FALSE(parse_base64(text));
}

}  // namespace
}  // namespace ibid
