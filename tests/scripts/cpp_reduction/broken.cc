// expect: the output line "mean": values are added in the order in which threads come to it
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

float sixth_column(const std::string& row) {
  size_t at = 0;
  for (int i = 0; i < 5; ++i) at = row.find(',', at) + 1;
  return std::strtof(row.c_str() + at, nullptr) / 3;
}

int main() {
  std::ifstream file(std::string(std::getenv("IBID_DATA_DIR")) + "/covertype/covtype.20k.data");
  std::vector<std::string> rows;
  for (std::string row; std::getline(file, row);) rows.push_back(row);

  constexpr size_t kThreads = 8, kPasses = 20;
  float total = 0;
  std::mutex lock;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (size_t pass = 0; pass < kPasses; ++pass) {
        for (size_t i = t; i < rows.size(); i += kThreads) {
          const float value = sixth_column(rows[i]);
          const std::lock_guard<std::mutex> held(lock);
          total += value / kPasses;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("rows %zu\nmean %.9g\n", rows.size(),
              static_cast<double>(total / static_cast<float>(rows.size())));
}
