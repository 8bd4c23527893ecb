#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace ibid {

// A caller's mistake in the tensor API. Thrown before anything is written; the message names what was given,
// what was expected and, where it helps, the remedy.
class TensorError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// Shapes do not fit together; the message holds all of them.
class ShapeError : public TensorError {
 public:
  using TensorError::TensorError;
};

// An element type an operation is not defined for.
class DTypeError : public TensorError {
 public:
  using TensorError::TensorError;
};

// A device this build or this machine does not have.
class DeviceError : public TensorError {
 public:
  using TensorError::TensorError;
};

// An argument outside its range, an index outside its tensor.
class ArgumentError : public TensorError {
 public:
  using TensorError::TensorError;
};

// A file that is not as it has to be: absent, not readable, cut short, altered. Nothing the caller could have
// checked before, so it is no TensorError.
class FileError : public std::runtime_error {
 public:
  FileError(std::string code, const std::string& message)
      : std::runtime_error(message), code_(std::move(code)) {}

  // Stable, for programs: "not-found", "permission", "disk-full", "io", "truncated", "malformed",
  // "digest-mismatch", "unsupported".
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

}  // namespace ibid
