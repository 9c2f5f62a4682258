#pragma once

#include "tests/contract/vector_index_contract.hpp"
#include "tests/fakes/brute_force_index.hpp"

#include <map>

namespace learnd::contract {

/// The index under test beside the oracle, both changed alike. An adapter's test instantiates it too.
class VectorIndexOracleContract : public VectorIndexContract {
 protected:
  void change(std::vector<ports::IndexEntry> entries);
  void removeBoth(std::uint64_t number);
  ports::IndexAnswer truth(ports::IndexQuery query) { return get(oracle_.search(std::move(query))); }
  /// New entries, changed and removed ones, in the proportion of a busy store.
  void churn(SampleWorld& world, std::size_t rounds, std::size_t perRound);

 private:
  ports::IndexEntry added(SampleWorld& world);
  ports::IndexEntry changed(SampleWorld& world);

  fakes::BruteForceIndex oracle_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::uint64_t> revisions_;
};

}  // namespace learnd::contract
