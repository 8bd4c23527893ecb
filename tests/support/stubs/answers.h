#pragma once

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

// What the stub libraries answer: lines "key value" of the file that IBID_STUB_ANSWERS names, read anew at
// every call. A key that is not there is something that the library does not support; the value "error N" is
// its code N.
namespace ibid::stub {

inline std::optional<std::string> answer(const std::string& key) {
  const char* path = std::getenv("IBID_STUB_ANSWERS");
  if (path == nullptr) return std::nullopt;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + " ")) return line.substr(key.size() + 1);
  }
  return std::nullopt;
}

// The code that stands for an answer, 0 if it is a value.
inline int code_of(const std::optional<std::string>& text, int unsupported) {
  if (!text) return unsupported;
  return text->starts_with("error ") ? static_cast<int>(std::stoul(text->substr(6), nullptr, 0)) : 0;
}

template <class Number>
int number(const std::string& key, Number* value, int unsupported) {
  const auto text = answer(key);
  if (const int code = code_of(text, unsupported); code != 0) return code;
  *value = static_cast<Number>(std::stoull(*text, nullptr, 0));
  return 0;
}

inline int text(const std::string& key, char* buffer, size_t size, int unsupported) {
  const auto found = answer(key);
  if (const int code = code_of(found, unsupported); code != 0) return code;
  if (found->size() >= size) return 7;
  std::memcpy(buffer, found->c_str(), found->size() + 1);
  return 0;
}

// "1 2 3"
template <class Number, size_t n>
int numbers(const std::string& key, Number (&values)[n], int unsupported) {
  const auto found = answer(key);
  if (const int code = code_of(found, unsupported); code != 0) return code;
  std::istringstream words(*found);
  for (Number& value : values) {
    std::string word;
    words >> word;
    value = static_cast<Number>(std::stoull(word, nullptr, 0));
  }
  return 0;
}

}  // namespace ibid::stub
