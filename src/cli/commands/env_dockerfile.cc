#include <algorithm>
#include <filesystem>

#include "base/sha256.h"
#include "cli/command.h"
#include "cli/environment_capture.h"
#include "cli/environment_lock.h"
#include "cli/invocation.h"
#include "environment/base_image.h"
#include "environment/dockerfile.h"
#include "environment/index.h"
#include "environment/lock_file.h"
#include "environment/requirements.h"
#include "platform/file.h"

namespace ibid::cli {
namespace {

using platform::Path;

constexpr const char* kMark = "# Written by ibid ";

Result<void> check_place(const Path& folder) {
  const Result<std::string> earlier = platform::read_file(folder / "Dockerfile");
  if (earlier.ok() && !earlier.value().starts_with(kMark)) {
    return Error(ErrorCode::kUsage, "'" + (folder / "Dockerfile").string() + "' is not ibid's",
                 "name another folder with --output");
  }
  return platform::make_folders(folder);
}

Result<void> copy_to(const Path& from, const Path& to) {
  IBID_TRY(platform::make_folders(to.parent_path()));
  std::error_code problem;
  std::filesystem::copy_file(from, to, problem);
  if (!problem) return {};
  return Error(ErrorCode::kIo, "'" + from.string() + "' cannot be copied: " + problem.message(),
               "look at the free space and the rights of '" + to.parent_path().string() + "'");
}

// The archives of the lock that the wheelhouse has, and no other file of it.
Result<void> copy_wheels(const Path& wheelhouse, const Path& folder, const environment::Lock& lock) {
  IBID_TRY(platform::make_folders(folder));
  for (const environment::LockedPackage& package : lock.packages) {
    for (const environment::Archive& archive : package.archives) {
      const Path from = wheelhouse / archive.name;
      if (package.form == environment::PackageForm::kIndex && platform::path_exists(from))
        IBID_TRY(copy_to(from, folder / archive.name));
    }
  }
  return {};
}

// A package from an archive on this machine: no container can reach that, so it goes along. What is there now
// has to be what was installed.
Result<void> take_along(const Path& folder, environment::LockedPackage& package) {
  const Path from = environment::path_of_address(package.origin);
  environment::Archive& archive = package.archives.front();
  archive.name = from.filename().string();
  const Result<std::string> content = platform::read_file(from);
  if (!content.ok() || sha256_hex(content.value()) != archive.sha256) {
    package.form = environment::PackageForm::kNone;
    package.problem = "the archive it was installed from, '" + from.string() +
                      "', is gone or was changed; install it again";
    return {};
  }
  IBID_TRY(copy_to(from, folder / archive.name));
  package.form = environment::PackageForm::kIndex;
  package.origin.clear();
  return {};
}

Result<void> copy_archives(const std::optional<std::string>& wheelhouse, const Path& folder,
                           environment::Lock& lock) {
  IBID_TRY(platform::remove_tree(folder));
  if (wheelhouse) IBID_TRY(copy_wheels(*wheelhouse, folder, lock));
  for (environment::LockedPackage& package : lock.packages) {
    const bool is_local =
        package.form == environment::PackageForm::kArchive && package.origin.starts_with("file://");
    if (is_local && package.is_hashed()) IBID_TRY(take_along(folder, package));
  }
  return {};
}

Result<void> write_or_remove(const Path& path, const std::string& text, Console& console) {
  if (text.empty()) return platform::remove_tree(path);
  return write_and_say(path, text, console);
}

Result<int> run(const Invocation& invocation, Console& console) {
  const Path folder = *invocation.text("output");
  const auto base_name = invocation.text("base");
  if (!base_name) {
    return Error(
        ErrorCode::kUsage, "'ibid env dockerfile' needs the image to build on: --base NAME@sha256:DIGEST",
        "one with the same Python; 'podman image inspect' and 'skopeo inspect' tell an image's digest");
  }
  IBID_ASSIGN(const std::string base, environment::pinned_image(*base_name));
  IBID_TRY(check_place(folder));
  console.show_progress("looking at the environment");
  IBID_ASSIGN(const CapturedEnvironment captured, capture_environment(invocation));
  IBID_ASSIGN(environment::Lock lock, lock_of(captured, invocation, console));
  const auto wheelhouse = invocation.text("wheelhouse");
  IBID_TRY(copy_archives(wheelhouse, folder / "wheels", lock));
  const bool has_wheels = platform::is_folder(folder / "wheels");
  IBID_ASSIGN(
      const std::string text,
      environment::dockerfile_text({base, *base_name, has_wheels, !wheelhouse}, lock, captured.report));
  IBID_TRY(write_and_say(folder / "requirements.lock", environment::requirements_text(lock), console));
  IBID_TRY(write_or_remove(folder / "requirements-unhashed.lock",
                           environment::unhashed_requirements_text(lock), console));
  IBID_TRY(write_or_remove(folder / "apt.lock", environment::apt_text(lock), console));
  IBID_TRY(write_and_say(folder / "environment.lock.json", json_text(environment::lock_json(lock)), console));
  IBID_TRY(write_and_say(folder / "Dockerfile", text, console));
  return warn_of_problems(lock, console) && !invocation.flag("allow-unhashed") ? 1 : 0;
}

}  // namespace

CommandSpec env_dockerfile_command() {
  std::vector<OptionSpec> options = capture_options();
  options.push_back({.name = "base",
                     .type = OptionType::kText,
                     .value_name = "IMAGE",
                     .help = "the image to build on, by its digest (NAME@sha256:...), or a name whose digest "
                             "podman, docker or skopeo knows on this machine"});
  for (const OptionSpec& option : lock_options()) options.push_back(option);
  options.push_back({.name = "output",
                     .type = OptionType::kPath,
                     .value_name = "DIR",
                     .default_value = "ibid-container",
                     .help = "the folder for the Dockerfile and its locks"});
  return {
      .name = "env dockerfile",
      .summary = "write a Dockerfile for the environment, with every input pinned",
      .description =
          "The base image by its digest, Debian's packages by their versions, Python packages by the SHA-256 "
          "of their archives, the switches for threads and determinism as they are set now. Nothing in it "
          "depends on the clock: builders that set all times to one value make the same image id each time. "
          "With --wheelhouse the archives are copied beside it and no index is asked. What is left to chance "
          "is said in the file.",
      .options = std::move(options),
      .examples = {{"ibid env dockerfile --base train-base@sha256:0123...", "into ibid-container/"},
                   {"ibid env dockerfile --base train-base --wheelhouse wheels",
                    "with the archives of a folder, for a build without network"}},
      .exit_statuses = {{1, "a package cannot be had again bit by bit"}},
      .run = run,
  };
}

}  // namespace ibid::cli
