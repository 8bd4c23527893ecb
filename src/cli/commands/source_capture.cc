#include <filesystem>

#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/report_output.h"
#include "cli/source_store.h"
#include "environment/live.h"
#include "platform/atomic_file.h"
#include "platform/clock.h"
#include "platform/core_affinity.h"
#include "platform/environment.h"
#include "platform/folder_scan.h"
#include "source/capture.h"
#include "source/python_roots.h"

namespace ibid::cli {
namespace {

using platform::Path;

Result<int64_t> size_option(const Invocation& invocation, const std::string& name) {
  const std::string text = *invocation.text(name);
  if (const auto size_bytes = parse_bytes(text)) return *size_bytes;
  return Error(ErrorCode::kUsage, "--" + name + " is '" + text + "', which is no size",
               "write it like 512KiB, 10MiB or 2GiB");
}

// The file that standard output goes to would otherwise be part of what is captured.
void skip_output(const Invocation& invocation, source::CaptureRequest& request) {
  if (const auto target = platform::link_target("/proc/self/fd/1");
      target.ok() && target.value().starts_with('/'))
    request.skipped.emplace_back(target.value());
  for (const char* option : {"output", "html"}) {
    const auto path = invocation.text(option);
    std::error_code ignored;
    if (path) request.skipped.push_back(std::filesystem::weakly_canonical(*path, ignored));
  }
}

Result<void> add_python_roots(const std::string& program, source::CaptureRequest& request) {
  const environment::Subject subject = environment::this_environment();
  const environment::PythonAnswers answers = environment::ask_python(subject, program);
  if (!answers.json.ok()) return answers.json.error();
  for (source::CaptureRoot& root : source::python_roots(subject, answers))
    request.roots.push_back(std::move(root));
  return {};
}

Result<void> add_roots(const Invocation& invocation, source::CaptureRequest& request) {
  std::vector<std::string> paths = invocation.arguments("PATH");
  const auto script = invocation.text("script");
  if (paths.empty()) paths.emplace_back(".");
  for (const std::string& path : paths)
    request.roots.push_back({.path = path, .origin = "the command line", .required = true});
  // As Python does: modules are looked for beside the script first.
  if (script) request.roots.push_back({.path = *script, .origin = "the script", .required = true});
  if (const auto program = invocation.text("python")) IBID_TRY(add_python_roots(*program, request));
  return {};
}

Result<source::CaptureRequest> request_of(const Invocation& invocation, const Path& store) {
  source::CaptureRequest request;
  IBID_ASSIGN(request.max_file_bytes, size_option(invocation, "max-file"));
  IBID_ASSIGN(request.max_total_bytes, size_option(invocation, "max-total"));
  IBID_TRY(add_roots(invocation, request));
  skip_output(invocation, request);
  std::error_code ignored;
  request.skipped.push_back(std::filesystem::weakly_canonical(store, ignored));
  if (const auto home = platform::home_folder(); home.ok())
    request.home = std::filesystem::weakly_canonical(home.value(), ignored);
  request.hashing.n_threads = std::max<int64_t>(1, platform::count_allowed_cores());
  request.hashing.now_ms = platform::unix_milliseconds();
  if (const auto cache = platform::cache_folder(); cache.ok())
    request.hashing.cache_file = cache.value() / "hashes";
  return request;
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(data::ObjectStore store, source_store(invocation));
  IBID_ASSIGN(const source::CaptureRequest request, request_of(invocation, store.folder()));
  console.show_progress("looking at the source");
  IBID_ASSIGN(const source::Report report, source::capture(request, store));
  const Json json = source::report_json(report);
  if (const auto path = invocation.text("output")) {
    IBID_TRY(platform::write_file_atomically(*path, json_text(json)));
    console.print("written: " + *path + "\n");
    return 0;
  }
  IBID_TRY(output_report(json, source::report_sections(), "Source report", invocation, console));
  return 0;
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = report_output_options();
  options.push_back({.name = "output",
                     .type = OptionType::kPath,
                     .value_name = "FILE",
                     .help = "write the record there, as JSON",
                     .letter = 'o'});
  options.push_back({.name = "python",
                     .type = OptionType::kText,
                     .value_name = "INTERPRETER",
                     .help = "also every folder from which this Python would import what nobody installed"});
  options.push_back({.name = "script",
                     .type = OptionType::kPath,
                     .value_name = "FILE",
                     .help = "also the folder of this program or notebook"});
  options.push_back({.name = "max-file",
                     .type = OptionType::kText,
                     .value_name = "SIZE",
                     .default_value = "10MiB",
                     .help = "larger files are only listed"});
  options.push_back(
      {.name = "max-total",
       .type = OptionType::kText,
       .value_name = "SIZE",
       .default_value = "100MiB",
       .help = "how much may go into the store; the files for which nothing is left are only listed"});
  options.push_back(source_store_option());
  return options;
}

}  // namespace

CommandSpec source_capture_command() {
  return {
      .name = "source capture",
      .summary = "record which source is here, so that it can be had again",
      .description =
          "For every repository around the named folders: its commit, branch and remotes, and what differs "
          "from the commit as a patch, with untracked files and submodules. A folder without git is stored "
          "file by file. Patches and files go into a store, under their digests; the record names them. "
          "Files that hold secrets by their names, caches, virtual environments and what is too large are "
          "left out, and listed. Repositories are only read: no hook, filter or other program of theirs "
          "runs.",
      .arguments = {{.name = "PATH",
                     .help = "a folder, or a file in it (default: the current folder)",
                     .required = false,
                     .repeatable = true}},
      .options = options(),
      .examples = {{"ibid source capture", "what is here?"},
                   {"ibid source capture -o source.json --python python3",
                    "a record of all that Python imports"},
                   {"ibid source capture --script train/run.py --store runs/store",
                    "the source of one program, into a store of its own"}},
      .run = run,
  };
}

}  // namespace ibid::cli
