#include "engine/parallel/thread_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "engine/parallel/fp_state.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/loss.h"
#include "ibid/optim.h"

namespace ibid::parallel {
namespace {

#if defined(__x86_64__)
constexpr uint64_t kFlushToZero = 0x8040;  // FTZ and DAZ
#else
constexpr uint64_t kFlushToZero = uint64_t{1} << 24;
#endif

// As a library linked with fast-math leaves the process.
class FlushToZero {
 public:
  FlushToZero() : saved_(fp_control()) { set_fp_control(standard_fp_control() | kFlushToZero); }
  ~FlushToZero() { set_fp_control(saved_); }

 private:
  uint64_t saved_;
};

TEST_CASE("every task runs once, whatever their number and that of the threads") {
  for (const int32_t threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    CHECK(pool.worker_count() == threads);
    for (const int64_t n : {0, 1, 2, 7, 8, 9, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<size_t>(n));
      std::atomic<bool> strange_worker = false;
      kernels::parallel_for(pool, n, [&](int64_t task, int32_t worker) {
        ++runs[static_cast<size_t>(task)];
        if (worker < 0 || worker >= threads) strange_worker = true;
      });
      CHECK_FALSE(strange_worker);
      for (const auto& count : runs) REQUIRE(count == 1);
    }
  }
}

TEST_CASE("a run inside a task executes all of its tasks in that worker") {
  ThreadPool pool(3);
  std::atomic<int64_t> total = 0;
  std::atomic<bool> left_the_worker = false;
  kernels::parallel_for(pool, 16, [&](int64_t, int32_t outer) {
    kernels::parallel_for(pool, 10, [&](int64_t task, int32_t inner) {
      total += task;
      if (inner != outer) left_the_worker = true;
    });
  });
  CHECK(total == 16 * 45);
  CHECK_FALSE(left_the_worker);
}

TEST_CASE("thousands of small runs one after another") {
  ThreadPool pool(3);
  int64_t expected = 0;
  std::atomic<int64_t> total = 0;
  for (int64_t round = 0; round < 5000; ++round) {
    kernels::parallel_for(pool, 1 + round % 4, [&](int64_t task, int32_t) { total += task + 1; });
    expected += (1 + round % 4) * (2 + round % 4) / 2;
    REQUIRE(total == expected);
  }
}

TEST_CASE("scratch memory is aligned, large enough and one's own") {
  ThreadPool pool(2);
  void* shared = pool.shared_scratch(100);
  CHECK(reinterpret_cast<uintptr_t>(shared) % 64 == 0);
  std::atomic<bool> wrong = false;
  kernels::parallel_for(pool, 8, [&](int64_t task, int32_t worker) {
    for (const int64_t size : {64, 1000, 10, 100000}) {
      auto* bytes = static_cast<unsigned char*>(pool.scratch(worker, size));
      if (reinterpret_cast<uintptr_t>(bytes) % 64 != 0) wrong = true;
      for (int64_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(task);
      for (int64_t i = 0; i < size; ++i) wrong = wrong || bytes[i] != static_cast<unsigned char>(task);
    }
  });
  CHECK_FALSE(wrong);
}

TEST_CASE("flush-to-zero in the caller is undone inside run() and restored after it") {
  for (const int32_t threads : {1, 3}) {
    ThreadPool pool(threads);
    const FlushToZero foreign_library;
    REQUIRE(fp_state_deviates());
    const uint64_t before = fp_control();
    volatile float tiny = 0x1p-140f;
    std::atomic<int64_t> kept = 0, deviating = 0;
    for (const int64_t n : {1, 64}) {
      kept = 0;
      kernels::parallel_for(pool, n, [&](int64_t, int32_t) {
        const float half = tiny * 0.5f;
        if (half != 0.0f) ++kept;
        if (fp_state_deviates()) ++deviating;
      });
      CHECK(kept == n);
    }
    CHECK(deviating == 0);
    CHECK(fp_control() == before);
  }
}

TEST_CASE("a training step with flush-to-zero in the caller gives the standard's bits") {
  // Losses, gradients and updates among subnormals, in kernels and in loops of the calling thread.
  const Tensor start = Tensor::full({3}, 0x1p-130, DType::kF32);
  const auto step = [&] {
    Context context;
    Parameter w{"w", start.clone(), {}, true};
    double loss = 0;
    {
      Tape tape(context);
      const Variable x = tape.batch(Tensor::full({2, 3}, 0x1p-4, DType::kF32));
      const Variable y = ops::mul(tape, x, tape.parameter(w));
      const Variable error = ops::mae_loss(tape, y, Tensor::zeros({2, 3}, DType::kF32));
      loss = error.value().item();
      tape.backward(ops::mul_scalar(tape, error, 0x1p-128));
    }
    optim::Sgd sgd({&w}, {.learning_rate = 0.5});
    sgd.step(context);
    const Tensor gradient = w.gradient;
    optim::clip_gradient_values({&w}, 0x1p-140);
    return std::vector<Tensor>{w.value, gradient, w.gradient, Tensor::scalar(loss, DType::kF64)};
  };
  const std::vector<Tensor> expected = step();
  CHECK(expected[3].item() == 0x1p-134);
  const FlushToZero foreign_library;
  const std::vector<Tensor> found = step();
  CHECK(fp_state_deviates());
  for (size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i].same_bits(expected[i]));
  }
}

TEST_CASE("tapes keep the standard's state in force in whichever order they end") {
  Context context;
  const FlushToZero foreign_library;
  auto first = std::make_unique<Tape>(context), second = std::make_unique<Tape>(context);
  CHECK_FALSE(fp_state_deviates());
  first.reset();
  CHECK_FALSE(fp_state_deviates());
  second.reset();
  CHECK(fp_state_deviates());
}

}  // namespace
}  // namespace ibid::parallel
