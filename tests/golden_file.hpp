#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace learnd::tests {

/// A wire form as it was agreed on, in tests/data/golden; with LEARND_ACCEPT_GOLDEN set the file is written anew, for a person to look at.
inline void expectGolden(const std::string& name, const std::string& text) {
  const std::string path = "tests/data/golden/" + name;
  if (std::getenv("LEARND_ACCEPT_GOLDEN")) std::ofstream(path) << text << '\n';
  std::ifstream file(path);
  std::stringstream kept;
  kept << file.rdbuf();
  EXPECT_EQ(text + '\n', kept.str()) << path << "; LEARND_ACCEPT_GOLDEN=1 takes the new form";
}

}  // namespace learnd::tests
