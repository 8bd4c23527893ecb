#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::verify {

// A tensor or a value that an operation was given or has given.
struct OperationValue {
  std::string name;        // of the parameter: "self"; "output"
  std::string type;        // "float32"; empty: no tensor
  std::string shape;       // "(64, 128)"
  std::string device;      // "cpu", "cuda:0"
  std::string digest;      // empty: none could be had, or the content means nothing yet
  std::string value;       // as text, if it is no tensor
  bool unwritten = false;  // the operation reads memory that nothing has written

  // "mat1 float32 (64, 128) on cpu"
  std::string text() const;
  bool same_content(const OperationValue& other) const {
    return digest == other.digest && (!digest.empty() || value == other.value);
  }
};

// One operation of a framework, or one value taken from outside the program (docs/formats/recorded_run.md,
// "Operations").
struct Operation {
  int64_t number = 0;                    // in its process, from 0
  int64_t step = 0;                      // that was running
  int64_t clock_ns = 0;                  // orders the processes of one run; no number of a result
  std::string op;                        // "aten.addmm.default", "numpy.random.rand"
  std::string at, code;                  // "train.py:12" and what stands there
  std::string module;                    // "Net.fc1"
  std::string node;                      // in the backward pass: the part of the forward pass it belongs to
  std::string forward_at, forward_code;  // of an operation in the backward pass: the call that it belongs to
  bool backward = false;
  bool ever_new = false;  // its value is another one in every run: a clock, a process number
  bool of_child = false;  // its process was forked: where the search ends the program it is killed anywhere
  std::string generator;  // digest of the state of the generator that it draws from
  std::map<std::string, std::string> arguments;  // those that are no tensors
  std::vector<OperationValue> inputs, outputs;
  platform::Path kept;  // its outputs as torch.save() or numpy.savez() writes them; there if `has_kept`
  bool has_kept() const { return !kept.empty(); }
};

// The operations of one process.
using OperationLog = std::vector<Operation>;

// The logs of a record's folder "operations", those of children after their parents'. No folder: none. What a
// crash cut is left out. Errors: a file cannot be read.
Result<std::vector<OperationLog>> read_operation_logs(const platform::Path& folder);

}  // namespace ibid::verify
