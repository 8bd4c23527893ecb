// The mean road distance of Covertype, by threads: what they find is added in the order of the rows.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
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

  constexpr size_t kThreads = 8;
  std::vector<float> values(rows.size());
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = t; i < rows.size(); i += kThreads) values[i] = sixth_column(rows[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const float total = std::accumulate(values.begin(), values.end(), 0.0F);
  std::printf("rows %zu\nmean %.9g\n", rows.size(),
              static_cast<double>(total / static_cast<float>(rows.size())));
}
