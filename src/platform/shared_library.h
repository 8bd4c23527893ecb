#pragma once

#include <span>
#include <string>
#include <utility>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::platform {

// A function of a shared library; that it has this type is for whoever asked for it to know.
template <class Type>
class LibraryFunction;
template <class Return, class... Parameters>
class LibraryFunction<Return(Parameters...)> {
 public:
  explicit LibraryFunction(void* address) : pointer_(reinterpret_cast<Return (*)(Parameters...)>(address)) {}
  Return operator()(Parameters... arguments) const { return pointer_(arguments...); }

 private:
  Return (*pointer_)(Parameters...);
};

// A shared library opened while the program runs: drivers bring theirs, and there may be none. It stays
// mapped when this object is gone, for libraries of drivers start threads and register exit handlers.
class SharedLibrary {
 public:
  // `name` as the loader takes it: "libcuda.so.1" is sought in its path, one with a slash is a file.
  static Result<SharedLibrary> open(const std::string& name);
  // The first of several names that there is; the error tells of all.
  static Result<SharedLibrary> open_first(std::span<const std::string> names);

  SharedLibrary(SharedLibrary&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), name_(std::move(other.name_)) {}
  SharedLibrary& operator=(SharedLibrary&&) = delete;
  ~SharedLibrary();

  const std::string& name() const { return name_; }
  // The file that the loader took, links resolved.
  Result<Path> file() const;

  template <class Type>
  Result<LibraryFunction<Type>> function(const char* symbol) const {
    IBID_ASSIGN(void* const address, address_of(symbol));
    return LibraryFunction<Type>(address);
  }

 private:
  SharedLibrary(void* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
  Result<void*> address_of(const char* symbol) const;

  void* handle_;
  std::string name_;
};

}  // namespace ibid::platform
