#include "source/git_handles.h"

#include <array>

// libgit2 1.5 never frees what it matches regular expressions with, some 20 KiB for each value that it seeks
// in a configuration. Tests with LeakSanitizer are to find our leaks.
#ifdef __has_feature
#define IBID_HAS_FEATURE(name) __has_feature(name)
#else
#define IBID_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || IBID_HAS_FEATURE(address_sanitizer)
extern "C" const char*
__lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier): the run time's name
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2\nleak:libgit2\n"; }
#endif

namespace ibid::source {

void start_git() {
  struct Started {
    Started() {
      git_libgit2_init();
      git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
      std::array<const char*, 3> extensions = {"worktreeconfig", "partialclone", "preciousobjects"};
      git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
    }
  };
  static const Started started;
}

Error git_failure(std::string_view action, const platform::Path& path) {
  const git_error* const error = git_error_last();
  return Error(ErrorCode::kIo,
               "git: cannot " + std::string(action) + " '" + path.string() + "': " +
                   (error != nullptr && error->message != nullptr ? error->message : "no reason is given"),
               "see what 'git -C \"" + path.string() + "\" status' says");
}

std::string id_text(const git_oid& id) {
  std::string text(GIT_OID_HEXSZ, '0');
  git_oid_fmt(text.data(), &id);
  return text;
}

Result<git_oid> parse_id(std::string_view text) {
  git_oid id;
  if (text.size() == GIT_OID_HEXSZ && git_oid_fromstrn(&id, text.data(), text.size()) == 0) return id;
  return Error(ErrorCode::kMalformed, "'" + std::string(text) + "' is not the name of a git object",
               "it has 40 hexadecimal digits");
}

}  // namespace ibid::source
