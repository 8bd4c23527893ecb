#pragma once

#include <memory>
#include <vector>

#include "ibid/nn/module.h"

namespace ibid::nn {

// Modules one after another; they are named "0", "1", ... in the state dict.
class Sequential final : public Module {
 public:
  Sequential() = default;

  // Returns the module added, which stays where it is.
  template <class M>
  M& add(std::unique_ptr<M> module) {
    M& added = add_module(std::to_string(modules_.size()), std::move(module));
    modules_.push_back(&added);
    return added;
  }
  template <class M, class... Arguments>
  M& add(Arguments&&... arguments) {
    return add(std::make_unique<M>(std::forward<Arguments>(arguments)...));
  }

  int64_t size() const { return static_cast<int64_t>(modules_.size()); }
  Variable forward(Tape& tape, const Variable& x) override;

 private:
  std::vector<Module*> modules_;
};

}  // namespace ibid::nn
