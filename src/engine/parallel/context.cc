#include "ibid/context.h"

#include "engine/kernels/kernel_table.h"
#include "engine/parallel/thread_pool.h"
#include "ibid/errors.h"

namespace ibid {
namespace {

kernels::Isa chosen_isa(const std::string& name) {
  if (name.empty()) {
    if (const auto problem = kernels::forced_isa_problem()) throw DeviceError(*problem);
    return kernels::default_isa();
  }
  std::string names;
  for (kernels::Isa isa : kernels::available_isas()) {
    if (name == kernels::isa_name(isa)) return isa;
    names += names.empty() ? "" : ", ";
    names += kernels::isa_name(isa);
  }
  throw DeviceError("instruction set '" + name + "' cannot run here; this machine and build have " + names);
}

int32_t checked_threads(int32_t threads) {
  if (threads < 1) throw ArgumentError("threads is " + std::to_string(threads) + "; it must be at least 1");
  return threads;
}

}  // namespace

struct Context::Impl {
  explicit Impl(const ContextOptions& options)
      : isa(chosen_isa(options.isa)),
        isa_text(kernels::isa_name(isa)),
        table(kernels::kernel_table(isa)),
        pool(checked_threads(options.threads)) {}

  kernels::Isa isa;
  std::string isa_text;
  const kernels::KernelTable& table;
  parallel::ThreadPool pool;
};

Context::Context(const ContextOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Context::~Context() = default;

int32_t Context::threads() const { return impl_->pool.worker_count(); }
const std::string& Context::isa() const { return impl_->isa_text; }
kernels::Executor& Context::executor() const { return impl_->pool; }
const kernels::KernelTable& Context::kernels() const { return impl_->table; }

}  // namespace ibid
