// ibid-file-tracer, which `ibid run --trace-files` starts in place of the program and which becomes it.

#include <cstdio>
#include <cstdlib>

#include "base/number_text.h"
#include "platform/tracing/traced_start.h"

int main(int n_words, char** words) {
  constexpr int kFixed = 4;
  const auto count = n_words > kFixed ? ibid::parse_int64(words[kFixed - 1]) : std::nullopt;
  if (!count || *count < 0 || n_words <= kFixed + *count) {
    std::fputs("ibid-file-tracer is started by 'ibid run --trace-files', not by hand\n", stderr);
    return 2;
  }
  char** const command = words + kFixed + *count;
  return ibid::platform::start_traced({.status_descriptor = std::atoi(words[1]),
                                       .events = words[2],
                                       .left_out = {words + kFixed, command},
                                       .command = {command, words + n_words}});
}
