#include "ibid/context.h"

#include "engine/kernels/kernel_table.h"
#include "engine/parallel/thread_pool.h"
#include "ibid/errors.h"

namespace ibid {
namespace {

constexpr const char* kSoftwareFmaName = "scalar-soft";

struct NamedTable {
  std::string name;
  const kernels::KernelTable* table;
};

NamedTable chosen_table(const std::string& name) {
  const auto named = [](kernels::Isa isa) {
    return NamedTable{std::string(kernels::isa_name(isa)), &kernels::kernel_table(isa)};
  };
  if (name.empty()) {
    if (const auto problem = kernels::forced_isa_problem()) throw DeviceError(*problem);
    return named(kernels::default_isa());
  }
  if (name == kSoftwareFmaName && kernels::has_software_fma_table()) {
    return {name, &kernels::software_fma_table()};
  }
  std::string names;
  for (kernels::Isa isa : kernels::available_isas()) {
    if (name == kernels::isa_name(isa)) return named(isa);
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
      : chosen(chosen_table(options.isa)), pool(checked_threads(options.threads)) {}

  NamedTable chosen;
  parallel::ThreadPool pool;
};

Context::Context(const ContextOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Context::~Context() = default;

int32_t Context::threads() const { return impl_->pool.worker_count(); }
const std::string& Context::isa() const { return impl_->chosen.name; }
kernels::Executor& Context::executor() const { return impl_->pool; }
const kernels::KernelTable& Context::kernels() const { return *impl_->chosen.table; }

}  // namespace ibid
