#include "describe/author_notes.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "data/quoted_name.h"

namespace ibid::describe {
namespace {

constexpr int64_t kMaxNotesBytes = int64_t{1} << 20;

constexpr std::array<Question, 9> kQuestions = {{
    {"title", "name and version of the data", std::nullopt},
    {"origin", "where it can be had", std::nullopt},
    {"licence", "under which licence", std::nullopt},
    {"collection", "how, when and from whom it was collected", Factor::kDatasetBias},
    {"bias", "known gaps and biases", Factor::kDatasetBias},
    {"preprocessing", "what was done to it before", Factor::kPreprocessing},
    {"split", "how the splits were made, and why in this ratio", Factor::kDataSplits},
    {"annotation", "who labelled it, by which protocol, how often they agreed", Factor::kAnnotationQuality},
    {"test", "what was known of the test data while choices were made", Factor::kTestData},
}};

Result<void> take(std::vector<Answer>& answers, const std::string& key, std::string text,
                  const std::string& source) {
  std::vector<std::string> keys;
  for (Answer& answer : answers) {
    keys.emplace_back(answer.question->key);
    if (answer.question->key != key) continue;
    answer.text = std::move(text);
    answer.source = source;
    return {};
  }
  const auto guess = closest_match(key, keys);
  return Error(ErrorCode::kUsage, source + ": the card has no place for " + data::quoted_name(key),
               guess ? "did you mean '" + *guess + "'?" : "there are: " + join(keys, ", "));
}

}  // namespace

std::span<const Question> questions() { return kQuestions; }

Result<std::vector<Answer>> read_answers(const std::vector<std::string>& notes,
                                         const std::optional<platform::Path>& file) {
  std::vector<Answer> answers;
  for (const Question& question : kQuestions) answers.push_back({.question = &question});
  if (file) {
    IBID_ASSIGN(const std::string text, platform::read_file(*file, kMaxNotesBytes));
    IBID_ASSIGN(const Json json, parse_json(text, file->string()));
    const bool texts =
        json.is_object() && std::ranges::all_of(json, [](const Json& value) { return value.is_string(); });
    if (!texts) {
      return Error(ErrorCode::kMalformed, data::quoted_name(file->native()) + " is no JSON object of texts",
                   R"(write answers like {"collection": "...", "licence": "..."})");
    }
    for (const auto& [key, value] : json.items())
      IBID_TRY(take(answers, key, value.get<std::string>(), file->filename().string()));
  }
  for (const std::string& note : notes) {
    const size_t equals = note.find('=');
    if (equals == std::string::npos) {
      return Error(ErrorCode::kUsage, "--note has " + data::quoted_name(note) + ", which has no '='",
                   "write --note KEY=TEXT, such as --note licence='CC BY 4.0'");
    }
    IBID_TRY(take(answers, note.substr(0, equals), note.substr(equals + 1), "--note"));
  }
  return answers;
}

}  // namespace ibid::describe
