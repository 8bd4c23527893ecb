#include "ibid/nn/sequential.h"

namespace ibid::nn {

Variable Sequential::forward(Tape& tape, const Variable& x) {
  Variable y = x;
  for (Module* module : modules_) y = module->forward(tape, y);
  return y;
}

}  // namespace ibid::nn
