#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace learnd::sentence_model {

struct GoldenText {
  std::string text;
  std::vector<std::int32_t> tokens;
  std::vector<double> vector;
};

/// Texts of a golden file; throws where there are none.
std::vector<GoldenText> readGolden(const std::filesystem::path& file);

/// The real model: $LEARND_TEST_MODEL, else where scripts/build puts it. Throws, with what to do, where there is none.
std::filesystem::path installedModel();

/// tests/data/sentence_model_golden.json: all-MiniLM-L6-v2 computed in 32-bit floats by another program.
std::filesystem::path goldenFile();
/// A larger set, which lies beside some checkouts: $LEARND_TEST_GOLDEN. Throws where that is not set.
std::filesystem::path largerGoldenFile();

}  // namespace learnd::sentence_model
