#include "platform/shared_library.h"

#include <dlfcn.h>
#include <link.h>

#include <system_error>

namespace ibid::platform {
namespace {

// The loader's own words; there is one text for each thread until the next call.
std::string loader_says() {
  const char* text = ::dlerror();
  return text != nullptr ? text : "the loader gives no reason";
}

Error missing(std::span<const std::string> names) {
  if (names.empty()) return Error(ErrorCode::kNotFound, "no library of that kind may be loaded");
  std::string text;
  for (size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  return Error(ErrorCode::kNotFound, "there is no " + text + " in the loader's path",
               "install what brings it, or put its folder into LD_LIBRARY_PATH");
}

}  // namespace

Result<SharedLibrary> SharedLibrary::open(const std::string& name) {
  void* handle = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (handle != nullptr) return SharedLibrary(handle, name);
  const std::string reason = loader_says();
  // Another name before the colon is that of a library which this one needs.
  const bool is_missing = reason.starts_with(name + ":") && reason.find("No such file") != std::string::npos;
  if (is_missing) return missing({&name, 1});
  return Error(ErrorCode::kUnsupported, name + " cannot be loaded: " + reason, "install what it needs");
}

Result<SharedLibrary> SharedLibrary::open_first(std::span<const std::string> names) {
  for (const std::string& name : names) {
    Result<SharedLibrary> library = open(name);
    // One that is there and cannot be loaded is worth more words than those that are not there.
    if (library.ok() || library.error().code() != ErrorCode::kNotFound) return library;
  }
  return missing(names);
}

SharedLibrary::~SharedLibrary() {
  if (handle_ != nullptr) ::dlclose(handle_);
}

Result<Path> SharedLibrary::file() const {
  const link_map* map = nullptr;
  if (::dlinfo(handle_, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr || map->l_name == nullptr) {
    return Error(ErrorCode::kNotFound, "the loader does not say which file " + name_ + " is");
  }
  std::error_code code;
  Path file = std::filesystem::canonical(map->l_name, code);
  if (code) return Error(ErrorCode::kIo, name_ + " is '" + map->l_name + "', which cannot be followed");
  return file;
}

Result<void*> SharedLibrary::address_of(const char* symbol) const {
  void* const address = ::dlsym(handle_, symbol);
  if (address == nullptr) return Error(ErrorCode::kUnsupported, name_ + " has no " + symbol);
  return address;
}

}  // namespace ibid::platform
