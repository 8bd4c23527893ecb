#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ibid/context.h"

namespace ibid::verify {

// The shape of a sum: chains or lanes inside, how chunks meet, and shards above.
struct SummationStructure {
  int64_t lanes = 1;  // in a chunk: element i belongs to lane i mod lanes; lanes meet by halving strides
  int64_t chunk = 0;  // elements of a chunk; 0: everything is one
  bool tree = false;  // chunks meet in the aligned binary tree, else in order
  bool wide_chunks = false;  // chunks meet in binary64
  int64_t shard = 0;         // elements of a gradient shard; 0: none. Shards meet in the aligned binary tree
  bool wide_shards = false;  // shards meet in binary64

  bool operator==(const SummationStructure&) const = default;
  // "64 lanes in blocks of 4096, met in a binary tree in binary64"
  std::string describe() const;
};

struct OrderFinding {
  std::string operation;
  SummationStructure expected;               // by the standard
  std::vector<SummationStructure> explains;  // every structure that explains all that was measured
  int64_t n_probes = 0;

  // The measurements leave the standard's structure and no other.
  bool agrees() const { return explains.size() == 1 && explains[0] == expected; }
};

// Makes the operations reveal the order in which they add, and says which structures explain it.
std::vector<OrderFinding> summation_orders(Context& context);

}  // namespace ibid::verify
