#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "describe/findings.h"
#include "platform/file.h"

namespace ibid::describe {

// What only the people who made the data can say: a card has a place for each.
struct Question {
  std::string_view key;    // "collection"
  std::string_view title;  // for people
  std::optional<Factor> factor;
};
std::span<const Question> questions();

struct Answer {
  const Question* question = nullptr;
  std::string text = {};    // empty: unknown, because nobody wrote it down
  std::string source = {};  // "--note", or the file
};

// Answers to all questions, from "KEY=TEXT" notes and a JSON object {KEY: TEXT} in a file; a note goes before
// the file. Errors: usage for a key that is no question; those of the file.
Result<std::vector<Answer>> read_answers(const std::vector<std::string>& notes,
                                         const std::optional<platform::Path>& file);

}  // namespace ibid::describe
