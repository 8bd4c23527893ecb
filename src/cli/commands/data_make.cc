#include "base/json.h"
#include "base/number_text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/data_locations.h"
#include "cli/invocation.h"
#include "data/digits.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const platform::Path folder, data_target(invocation.text("output"), "digits"));
  const data::DigitsOptions options{.n_train = *invocation.integer("train"),
                                    .n_test = *invocation.integer("test"),
                                    .seed = static_cast<uint64_t>(*invocation.integer("seed"))};
  console.show_progress("drawing " + number_text(options.n_train + options.n_test) + " digits");
  IBID_TRY(data::make_digits(folder, options));
  if (invocation.flag("json")) {
    console.print(json_text({{"folder", folder.string()},
                             {"train", options.n_train},
                             {"test", options.n_test},
                             {"seed", options.seed},
                             {"pinned_digests_verified", options == data::DigitsOptions{}}}));
    return 0;
  }
  console.print("drew " + number_text(options.n_train) + " + " + number_text(options.n_test) +
                " digits into " + folder.string() + "\n");
  return 0;
}

}  // namespace

CommandSpec data_make_command() {
  return {
      .name = "data make",
      .summary = "make a data set without the network",
      .description =
          "Draws handwritten-looking digits in MNIST's form (IDX files of 28 x 28 grey images with labels). "
          "The bytes depend "
          "on the options alone: they are the same on every machine, and with the default options they are "
          "checked against "
          "pinned digests.",
      .arguments = {{.name = "NAME", .help = "what to make", .choices = {"digits"}}},
      .options = {{.name = "output",
                   .type = OptionType::kPath,
                   .value_name = "DIR",
                   .help = "where to put the files, instead of ibid's cache folder"},
                  {.name = "train",
                   .type = OptionType::kInteger,
                   .value_name = "N",
                   .default_value = "60000",
                   .help = "number of images to train on",
                   .least = 1},
                  {.name = "test",
                   .type = OptionType::kInteger,
                   .value_name = "N",
                   .default_value = "10000",
                   .help = "number of images to test on",
                   .least = 1},
                  {.name = "seed",
                   .type = OptionType::kInteger,
                   .value_name = "N",
                   .default_value = "1",
                   .help = "another seed, other images",
                   .least = 0},
                  {.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid data make digits", "the standard set, into the cache"},
                   {"ibid data make digits --output /tmp/digits --train 1000 --test 200",
                    "a small one for a quick trial"}},
      .run = run,
  };
}

}  // namespace ibid::cli
