#include "verify/variation_of_programs.h"

#include <algorithm>
#include <cctype>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/process.h"

namespace ibid::verify {
namespace {

constexpr double kStartSeconds = 30.0;                  // that an interpreter may take to tell its version
constexpr int64_t kOldestMinor = 8, kNewestMinor = 20;  // versions 3.8 to 3.20 are looked for

bool is_python(const std::string& program) {
  return platform::Path(program).filename().string().starts_with("python");
}

struct PythonVersion {
  std::string text;     // "3.11.2"
  std::string problem;  // why there is none
};

PythonVersion ask_version(const std::string& program) {
  if (!platform::find_program(program)) return {"", "there is no program '" + program + "'"};
  const Result<platform::ProcessResult> answer = platform::run_process(
      {.arguments = {program, "-c", "import platform; print(platform.python_version())"},
       .environment = {},
       .folder = std::nullopt,
       .timeout_seconds = kStartSeconds});
  if (!answer.ok()) return {"", answer.error().message()};
  const std::string version(trim(answer.value().standard_output));
  if (answer.value().exit_status == 0 && !version.empty()) return {version, ""};
  const std::string errors(trim(answer.value().standard_error));
  return {"", "'" + program + "' does not start" +
                  (errors.empty() ? "" : ": " + errors.substr(0, errors.find('\n')))};
}

// "3.12" is python3.12; anything else is the program.
std::string interpreter_name(const std::string& value) {
  const bool is_version = !value.empty() && std::isdigit(static_cast<unsigned char>(value.front())) != 0;
  return is_version ? "python" + value : value;
}

Variation python_variation(const std::string& value, const std::vector<std::string>& command) {
  Variation variation{"python", value, {}, ""};
  variation.program = interpreter_name(value);
  if (!is_python(command.front())) {
    variation.skipped = "the command starts with '" + command.front() + "', which is no Python interpreter";
  } else {
    variation.skipped = ask_version(variation.program).problem;
  }
  return variation;
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

// Device files of the NVIDIA driver: /dev/nvidia0, /dev/nvidia1, ...
int64_t count_cuda_devices(const platform::Path& root) {
  int64_t n = 0;
  while (platform::path_exists(root / "dev" / ("nvidia" + number_text(n)))) ++n;
  return n;
}

Error no_device(const std::string& text) {
  return Error(ErrorCode::kUsage, "--device has '" + text + "', which is no device",
               "write cpu, or cuda:0 and so on, separated by commas");
}

}  // namespace

Result<std::vector<Variation>> umask_variations(std::string_view comma_separated) {
  std::vector<Variation> variations;
  for (const std::string& text : split(comma_separated, ',')) {
    const bool octal = !text.empty() && text.size() <= 4 &&
                       std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
    unsigned mask = 0;
    for (const char c : text) mask = mask * 8 + static_cast<unsigned>(c - '0');
    if (!octal || mask > 0777U) {
      return Error(ErrorCode::kUsage, "--umask has '" + text + "', which is no mask of file modes",
                   "write them in octal, as in --umask 022,077");
    }
    Variation variation{"umask", text, {}, ""};
    variation.umask = mask;
    variations.push_back(std::move(variation));
  }
  return variations;
}

std::vector<Variation> home_variations() {
  Variation fresh{"home", "fresh", {}, ""}, longer{"home", "fresh-with-a-longer-path", {}, ""};
  fresh.home = "home";
  longer.home = "home-of-somebody-else-whose-path-is-longer/and-deeper/home";
  return {fresh, longer};
}

Result<std::vector<Variation>> env_variations(const std::string& name_and_values,
                                              const std::vector<std::string>& command) {
  const size_t equals = name_and_values.find('=');
  const std::string name = name_and_values.substr(0, equals);
  if (equals == std::string::npos || !is_variable_name(name)) {
    return Error(ErrorCode::kUsage, "'--env " + name_and_values + "' names no variable with values",
                 "write for example --env MODE=fast,slow or --env PYTHON=3.11,3.12");
  }
  std::vector<Variation> variations;
  for (const std::string& value : split(name_and_values.substr(equals + 1), ',')) {
    if (name == "PYTHON") {
      if (value.empty()) {
        return Error(ErrorCode::kUsage, "'--env " + name_and_values + "' has an interpreter without a name",
                     "write versions or programs, as in --env PYTHON=3.11,3.12");
      }
      variations.push_back(python_variation(value, command));
    } else {
      variations.push_back({"env " + name, value, {{name, value}}, ""});
    }
  }
  return variations;
}

std::vector<Variation> other_python_variations(const std::vector<std::string>& command) {
  if (!is_python(command.front())) return {python_variation("others", command)};
  const std::string own = ask_version(command.front()).text;
  std::vector<Variation> variations;
  for (int64_t minor = kOldestMinor; minor <= kNewestMinor; ++minor) {
    const std::string version = "3." + number_text(minor);
    if (!platform::find_program("python" + version) || own.starts_with(version + ".")) continue;
    Variation variation = python_variation(version, command);
    if (variation.skipped.empty()) variations.push_back(std::move(variation));
  }
  if (variations.empty()) {
    Variation none{"python", "others", {}, "no other version of Python that is on PATH runs"};
    variations.push_back(std::move(none));
  }
  return variations;
}

Result<std::vector<Variation>> device_variations(std::string_view comma_separated,
                                                 const platform::Path& root) {
  const int64_t n_devices = count_cuda_devices(root);
  std::vector<Variation> variations;
  for (const std::string& text : split(comma_separated, ',')) {
    std::string visible = "-1";  // what both CUDA and HIP take for none
    std::string skipped;
    if (text == "cpu") {
      if (n_devices == 0)
        skipped = "there is no accelerator (/dev/nvidia0), so every run is on the processor";
    } else {
      const auto number = text.starts_with("cuda:") ? parse_int64(text.substr(5)) : std::nullopt;
      if (!number || *number < 0 || *number > 1023) return no_device(text);
      visible = number_text(*number);
      if (*number >= n_devices) {
        skipped = "there is no /dev/nvidia" + visible +
                  (n_devices == 0 ? "" : ", only " + number_text(n_devices) + " devices");
      }
    }
    variations.push_back(
        {"device", text, {{"CUDA_VISIBLE_DEVICES", visible}, {"HIP_VISIBLE_DEVICES", visible}}, skipped});
  }
  return variations;
}

Result<std::vector<Variation>> worker_variations(std::string_view comma_separated,
                                                 const RecordOptions& record) {
  std::vector<Variation> variations;
  for (const std::string& text : split(comma_separated, ',')) {
    const auto n = parse_int64(text);
    if (!n || *n < 0 || *n > 1024) {
      return Error(ErrorCode::kUsage, "--workers has '" + text + "', which is no number from 0 to 1024",
                   "write them as in --workers 0,2");
    }
    Variation variation{"workers", text, {{"IBID_HOOK_WORKERS", text}}, ""};
    if (!record.hook) variation.skipped = "the hook changes them: " + record.why_no_hook;
    variation.shown_by = "DataLoader.num_workers";
    variation.otherwise = "the program made no DataLoader of PyTorch";
    variations.push_back(std::move(variation));
  }
  return variations;
}

}  // namespace ibid::verify
