#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ibid::describe {

// Labels numbered as they come, and how often each comes in each split. Beyond 10,000 different ones they are
// no classes but a quantity; from there on a label's number is a hash of it, which is enough to compare two.
class Labels {
 public:
  void start_split();
  uint32_t add(std::string_view text);

  bool are_classes() const { return !too_many_; }
  // In byte order, or by value if all are integers.
  std::vector<std::string> names() const;
  // In the order of names().
  std::vector<int64_t> counts(size_t split) const;
  std::vector<int64_t> counts() const;
  // How often the label changed from one item to the next, plus one: as many as there are classes if the
  // items lie class by class.
  int64_t n_runs(size_t split) const { return splits_[split].n_runs; }
  std::string_view name(uint32_t label) const { return names_[label]; }

 private:
  struct Split {
    std::vector<int64_t> counts;
    int64_t n_runs = 0;
    uint32_t last = 0;
    bool empty = true;
  };
  std::vector<uint32_t> order() const;

  std::map<std::string, uint32_t, std::less<>> numbers_;
  std::vector<std::string> names_;
  std::vector<Split> splits_;
  bool too_many_ = false;
};

// How one-sided the classes are.
struct Balance {
  double ratio = 1;     // the largest class to the smallest that has any item
  double entropy = 0;   // bits
  double evenness = 1;  // entropy divided by that of equal classes
};
Balance balance(const std::vector<int64_t>& counts);

// How far two distributions over the same classes lie apart.
struct LabelShift {
  double total_variation = 0;
  double chi_square = 0;  // of homogeneity
  int64_t degrees = 0;
};
LabelShift label_shift(const std::vector<int64_t>& a, const std::vector<int64_t>& b);

}  // namespace ibid::describe
