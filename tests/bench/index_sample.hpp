#pragma once

#include "ports/vector_index.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace learnd::bench {

/// What the index is filled with and asked.
struct IndexSample {
  std::size_t dimensions = 384;
  std::vector<ports::IndexEntry> entries;
  std::vector<ports::IndexQuery> questions;  // words and vector
};

/// Where real texts and vectors are: one text a line, and as many rows of 384 single-precision numbers, little-endian.
struct SampleFiles {
  std::string texts;
  std::string vectors;
  std::string questions;
  std::string questionVectors;
};

/// Texts of a made-up vocabulary with the frequencies of a language, and vectors in groups.
IndexSample madeUpSample(std::size_t entries, std::size_t questions);

/// The given ones; further entries are them again with other numbers in their texts and their vectors turned a little. Throws where a file
/// can't be read.
IndexSample realSample(const SampleFiles& files, std::size_t entries, std::size_t questions);

}  // namespace learnd::bench
