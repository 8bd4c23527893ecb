#include "environment/compiler_notes.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "environment/elf.h"

namespace ibid::environment {
namespace {

constexpr size_t kLongest = 4096;  // characters: what is longer is no list of options

// Texts that end with a zero each, without those that are empty or come again.
std::vector<std::string> texts_in(std::string_view section) {
  std::vector<std::string> texts;
  for (const std::string& text : split(section, '\0')) {
    if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  }
  return texts;
}

Error no_elf() { return Error(ErrorCode::kUnsupported, "it is no 64-bit little-endian ELF file"); }

}  // namespace

Result<std::string> compilers_of(std::string_view bytes) {
  const Elf elf(bytes);
  if (!elf.is_64_bit_little_endian()) return no_elf();
  const std::vector<std::string> texts = texts_in(elf.section(".comment").substr(0, kLongest));
  if (texts.empty()) return Error(ErrorCode::kNotFound, "it has no section .comment that names one");
  return join(texts, "; ");
}

Result<std::string> compiler_flags(std::string_view bytes) {
  const Elf elf(bytes);
  if (!elf.is_64_bit_little_endian()) return no_elf();
  const std::string_view recorded = elf.section(".GCC.command.line");
  if (!recorded.empty()) return join(texts_in(recorded.substr(0, kLongest)), " ");
  const std::string_view texts = elf.section(".debug_str");
  for (const std::string_view producer : {"GNU C", "clang version", "Debian clang version"}) {
    for (size_t at = texts.find(producer); at != std::string_view::npos; at = texts.find(producer, at + 1)) {
      const std::string_view text = texts.substr(at, texts.substr(at).find('\0'));
      const bool starts = at == 0 || texts[at - 1] == '\0';
      if (starts && text.size() <= kLongest && text.find(" -") != std::string_view::npos)
        return std::string(text);
    }
  }
  return Error(ErrorCode::kNotFound,
               "it was built without -frecord-gcc-switches and has no debugging information");
}

}  // namespace ibid::environment
