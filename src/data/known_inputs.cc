#include "data/known_inputs.h"

#include <array>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"
#include "data/quoted_name.h"
#include "platform/atomic_file.h"
#include "platform/file_lock.h"

namespace ibid::data {
namespace {

constexpr std::string_view kHead = R"({"format":"ibid.known_inputs","version":1})";
constexpr int64_t kMaxRegisterBytes = int64_t{256} << 20;

struct TextMember {
  const char* name;
  std::string KnownInput::* member;
};
constexpr std::array<TextMember, 5> kTexts = {{{"digest", &KnownInput::digest},
                                               {"first_seen", &KnownInput::first_seen},
                                               {"first_run", &KnownInput::first_run},
                                               {"last_seen", &KnownInput::last_seen},
                                               {"last_run", &KnownInput::last_run}}};

// One line: the members in the order of the format. Names of any bytes are quoted, so that JSON can hold
// them.
std::string line_of(const std::string& key, const KnownInput& input) {
  Json json = {{"input", quoted_name(key)}, {"digest", input.digest}, {"bytes", input.size_bytes}};
  for (const TextMember& text : kTexts) {
    const std::string& value = input.*text.member;
    json[text.name] = text.member == &KnownInput::first_run || text.member == &KnownInput::last_run
                          ? quoted_name(value)
                          : value;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::pair<std::string, KnownInput>> parse_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text_at = [&json](const char* name) -> std::optional<std::string> {
    if (!json.contains(name) || !json[name].is_string()) return std::nullopt;
    return json[name].get<std::string>();
  };
  KnownInput input;
  for (const TextMember& member : kTexts) {
    const auto text = text_at(member.name);
    if (!text) return std::nullopt;
    const bool quoted = member.member == &KnownInput::first_run || member.member == &KnownInput::last_run;
    const auto value = quoted ? parse_quoted_name(*text) : text;
    if (!value) return std::nullopt;
    input.*member.member = *value;
  }
  const auto quoted_key = text_at("input");
  const auto key = quoted_key ? parse_quoted_name(*quoted_key) : std::nullopt;
  if (!key || !json.contains("bytes") || !json["bytes"].is_number_integer()) return std::nullopt;
  input.size_bytes = json["bytes"].get<int64_t>();
  // Whatever else a line says is not ours, and writing it again would lose it.
  if (line_of(*key, input) != line) return std::nullopt;
  return std::pair(*key, input);
}

// "x.damaged-1" or the first number that is free.
Result<platform::Path> copy_aside(const platform::Path& file, std::string_view content) {
  for (int64_t number = 1;; ++number) {
    const platform::Path aside = file.string() + ".damaged-" + number_text(number);
    if (platform::path_exists(aside)) continue;
    IBID_TRY(platform::write_file_atomically(aside, content));
    return aside;
  }
}

Result<void> load(const platform::Path& file, KnownInputs& known, std::string& problem) {
  const Result<std::string> content = platform::read_file(file, kMaxRegisterBytes);
  if (!content.ok() && content.error().code() == ErrorCode::kNotFound) return {};
  IBID_TRY(content);
  if (known.read(content.value())) return {};
  IBID_ASSIGN(const platform::Path aside, copy_aside(file, content.value()));
  problem = "the register of inputs " + quoted_name(file.native()) +
            " was damaged: " + number_text(static_cast<int64_t>(known.entries().size())) +
            " intact entries were kept, and the file as it was is " + quoted_name(aside.native());
  return {};
}

}  // namespace

bool KnownInputs::read(std::string_view text) {
  entries_.clear();
  if (text.empty()) return true;
  bool intact = text.ends_with('\n');
  if (intact) text.remove_suffix(1);
  bool first = true;
  for (const std::string& line : split(text, '\n')) {
    if (std::exchange(first, false) && line == kHead) continue;
    const auto entry = parse_line(line);
    intact = intact && entry && text.starts_with(kHead) && entries_.emplace(*entry).second;
    if (entry) entries_[entry->first] = entry->second;
  }
  return intact;
}

std::string KnownInputs::text() const {
  std::string text = std::string(kHead) + "\n";
  for (const auto& [key, input] : entries_) text += line_of(key, input) + "\n";
  return text;
}

std::string input_key(const platform::Path& path) {
  std::error_code problem;
  const platform::Path key = std::filesystem::weakly_canonical(path, problem);
  return problem ? path.string() : key.string();
}

std::string change_text(const ChangedInput& change) {
  const bool is_path = change.now.key.starts_with('/');
  return "the input " + quoted_name(change.now.key) + " is not what it was: " + change.before.digest + " (" +
         number_text(change.before.size_bytes) + " bytes), met by " + quoted_name(change.before.last_run) +
         " at " + change.before.last_seen + "; now " + change.now.digest + " (" +
         number_text(change.now.size_bytes) + " bytes). If that is meant: ibid data hash --accept " +
         (is_path ? quoted_name(change.now.key) : "--name " + quoted_name(change.now.key) + " PATH");
}

Result<Remembered> remember_inputs(const std::vector<Input>& inputs, const RememberRequest& request) {
  if (request.file.has_parent_path()) IBID_TRY(platform::make_folders(request.file.parent_path()));
  IBID_ASSIGN(const platform::FileLock lock, platform::FileLock::acquire(request.file.string() + ".lock"));
  Remembered remembered;
  KnownInputs known;
  IBID_TRY(load(request.file, known, remembered.problem));
  for (const Input& input : inputs) {
    const KnownInput fresh = {.digest = input.digest,
                              .size_bytes = input.size_bytes,
                              .first_seen = request.now,
                              .first_run = request.run,
                              .last_seen = request.now,
                              .last_run = request.run};
    const auto [entry, is_new] = known.entries().try_emplace(input.key, fresh);
    if (is_new) continue;
    if (entry->second.digest == input.digest) {
      entry->second.last_seen = request.now;
      entry->second.last_run = request.run;
      continue;
    }
    remembered.changed.push_back({input, entry->second});
    if (request.accept) entry->second = fresh;
  }
  IBID_TRY(platform::write_file_atomically(request.file, known.text()));
  return remembered;
}

}  // namespace ibid::data
