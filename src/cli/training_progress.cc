#include "cli/training_progress.h"

#include "base/number_text.h"
#include "base/text.h"
#include "platform/clock.h"

namespace ibid::cli {
namespace {

constexpr double kRefreshSeconds = 0.1;
constexpr int64_t kBarWidth = 24;

std::string bar(int64_t done, int64_t total) {
  const int64_t filled = total == 0 ? 0 : done * kBarWidth / total;
  return "[" + std::string(static_cast<size_t>(filled), '=') +
         std::string(static_cast<size_t>(kBarWidth - filled), ' ') + "]";
}

}  // namespace

void TrainingProgressDisplay::show(const verify::TrainingProgress& p) {
  if (quiet_) return;
  const std::string epoch = "epoch " + number_text(p.epoch + 1) + "/" + number_text(p.epochs);
  const std::string figures = "loss " + fixed_text(p.loss, 4) + "  accuracy " + fixed_text(100.0 * p.accuracy, 2) + " %";
  if (p.epoch_finished) {
    console_.show_progress("");
    std::string line = epoch + "  " + figures;
    if (p.test_accuracy) line += "  test accuracy " + fixed_text(100.0 * *p.test_accuracy, 2) + " %";
    console_.print(line + "  " + fixed_text(p.samples_per_second, 0) + " samples/s\n");
    return;
  }
  const double now = platform::monotonic_seconds();
  if (now - last_shown_ < kRefreshSeconds) return;
  last_shown_ = now;
  console_.show_progress(bar(p.step, p.total_steps) + " " + epoch + "  " + figures + "  " +
                         fixed_text(p.samples_per_second, 0) + " samples/s  " + format_duration(p.seconds_left) +
                         " left");
}

}  // namespace ibid::cli
