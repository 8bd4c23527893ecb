#include "cli/environment_lock.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/atomic_file.h"

namespace ibid::cli {
namespace {

using environment::IndexAnswers;
using environment::LockedPackage;

Error index_silent(const environment::Lock& lock) {
  std::vector<std::string> names;
  for (const LockedPackage& package : lock.packages) {
    if (package.form == environment::PackageForm::kIndex && package.archives.empty())
      names.push_back(package.name);
  }
  return Error(ErrorCode::kNetwork,
               lock.network_problem + "; without a digest remain " +
                   number_text(static_cast<int64_t>(names.size())) + ": " + join(names, ", "),
               "lock where the index can be reached, give a folder with the archives (--wheelhouse), or lock "
               "without hashes (--allow-unhashed)");
}

Result<IndexAnswers> without_answers(const std::vector<std::string>& requirements, const Error& error) {
  IndexAnswers answers;
  for (const std::string& requirement : requirements) answers.offers[requirement].problem = error.message();
  return answers;
}

}  // namespace

Result<environment::Lock> lock_of(const CapturedEnvironment& captured, const Invocation& invocation,
                                  Console& console) {
  std::optional<platform::Path> wheelhouse;
  if (const auto folder = invocation.text("wheelhouse")) wheelhouse = *folder;
  if (wheelhouse && !platform::is_folder(*wheelhouse)) {
    return Error(ErrorCode::kNotFound, "there is no folder '" + wheelhouse->string() + "'",
                 "fill one with 'pip download --dest DIR -r FILE' or 'pip wheel'");
  }
  const bool allow_unhashed = invocation.flag("allow-unhashed");
  const auto ask = [&](const std::vector<std::string>& requirements) -> Result<IndexAnswers> {
    console.show_progress("asking for the archives of " +
                          number_text(static_cast<int64_t>(requirements.size())) + " packages");
    auto answers = environment::ask_index(captured.python.executable, requirements, wheelhouse);
    console.show_progress("reading the installed files");
    const bool interrupted = !answers.ok() && answers.error().code() == ErrorCode::kInterrupted;
    return answers.ok() || interrupted || !allow_unhashed ? answers
                                                          : without_answers(requirements, answers.error());
  };
  IBID_ASSIGN(environment::Lock lock, environment::make_lock(captured.subject, captured.report, ask));
  if (!lock.network_problem.empty() && !allow_unhashed) return index_silent(lock);
  return lock;
}

std::vector<OptionSpec> lock_options() {
  return {{.name = "wheelhouse",
           .type = OptionType::kPath,
           .value_name = "DIR",
           .help = "take the archives from this folder and ask no index"},
          {.name = "allow-unhashed", .help = "lock versions alone where no digest can be had"}};
}

bool warn_of_problems(const environment::Lock& lock, Console& console) {
  bool any = false;
  for (const LockedPackage& package : lock.packages) {
    if (package.problem.empty()) continue;
    console.print_warning(package.name + " " + package.version + ": " + package.problem);
    any = true;
  }
  return any;
}

Result<void> write_and_say(const platform::Path& path, const std::string& text, Console& console) {
  IBID_TRY(platform::write_file_atomically(path, text));
  console.print("written: " + path.string() + "\n");
  return {};
}

}  // namespace ibid::cli
