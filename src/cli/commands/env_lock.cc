#include "cli/command.h"
#include "cli/environment_capture.h"
#include "cli/environment_lock.h"
#include "cli/invocation.h"
#include "environment/conda_lock.h"
#include "environment/lock_file.h"
#include "environment/requirements.h"
#include "platform/atomic_file.h"

namespace ibid::cli {
namespace {

// "requirements.lock" -> "requirements-unhashed.lock".
platform::Path beside(const platform::Path& path, const std::string& suffix) {
  return path.parent_path() / (path.stem().string() + suffix + path.extension().string());
}

// What is left of an earlier lock would be taken for part of this one; somebody else's file is not touched.
Result<void> remove_earlier(const platform::Path& path) {
  const Result<std::string> text = platform::read_file(path);
  if (!text.ok() || !text.value().starts_with("# Locked by ibid ")) return {};
  return platform::remove_tree(path);
}

Result<void> write_pip(const environment::Lock& lock, const Invocation& invocation, Console& console) {
  const std::string text = environment::requirements_text(lock);
  const auto output = invocation.text("output");
  if (!output) {
    console.print(text);
    return {};
  }
  IBID_TRY(write_and_say(*output, text, console));
  for (const auto& [path, more] :
       {std::pair(beside(*output, "-unhashed"), environment::unhashed_requirements_text(lock)),
        std::pair(beside(*output, "-apt"), environment::apt_text(lock))})
    IBID_TRY(more.empty() ? remove_earlier(path) : write_and_say(path, more, console));
  return {};
}

Result<void> write_whole(const std::string& text, const Invocation& invocation, Console& console) {
  if (const auto output = invocation.text("output")) return write_and_say(*output, text, console);
  console.print(text);
  return {};
}

Result<int> run(const Invocation& invocation, Console& console) {
  const std::string format = *invocation.text("format");
  console.show_progress("looking at the environment");
  IBID_ASSIGN(const CapturedEnvironment captured, capture_environment(invocation));
  if (format == "conda") {
    IBID_ASSIGN(const std::string text,
                environment::conda_explicit_text(captured.report.conda_packages, captured.report.packages));
    IBID_TRY(write_whole(text, invocation, console));
    return 0;
  }
  IBID_ASSIGN(const environment::Lock lock, lock_of(captured, invocation, console));
  if (format == "json") {
    IBID_TRY(write_whole(json_text(environment::lock_json(lock)), invocation, console));
  } else {
    IBID_TRY(write_pip(lock, invocation, console));
  }
  return warn_of_problems(lock, console) && !invocation.flag("allow-unhashed") ? 1 : 0;
}

}  // namespace

CommandSpec env_lock_command() {
  std::vector<OptionSpec> options = capture_options();
  for (const OptionSpec& option : lock_options()) options.push_back(option);
  options.push_back({.name = "format",
                     .type = OptionType::kText,
                     .value_name = "FORMAT",
                     .default_value = "pip",
                     .choices = {"pip", "json", "conda"},
                     .help = "requirements with hashes, ibid's own file for 'ibid env check', or conda's "
                             "explicit list"});
  options.push_back({.name = "output",
                     .type = OptionType::kPath,
                     .value_name = "FILE",
                     .help = "write the lock there; packages that pip cannot check go to FILE's name with "
                             "'-unhashed', Debian's to that with '-apt'"});
  return {
      .name = "env lock",
      .summary = "pin every installed package with the digests of its archives",
      .description =
          "Writes down which packages the environment consists of, each with its version and the SHA-256 of "
          "every archive of it that the configured index offers and that fits this interpreter. pip is asked "
          "for them; nothing but the index's pages is downloaded. Packages from version control keep their "
          "commit, Debian's packages their version; what cannot be had again, editable packages for one, is "
          "named with the remedy. Every installed file is compared with the digest its archive gave it. The "
          "same environment gives the same bytes.",
      .options = std::move(options),
      .examples = {{"ibid env lock --output requirements.lock", "for pip install --require-hashes"},
                   {"ibid env lock --format json --output environment.lock.json",
                    "for 'ibid env check' on another machine, which then needs no network"}},
      .exit_statuses = {{1, "a package cannot be had again bit by bit"}},
      .run = run,
  };
}

}  // namespace ibid::cli
