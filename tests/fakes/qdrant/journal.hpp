#pragma once

#include "tests/fakes/qdrant/database.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace learnd::fakes::qdrant {

/// What changed a database, request by request, in a file: so that it outlives the fake's process, as a server's disk does. Not
/// thread-safe.
class Journal {
 public:
  /// Plays what an earlier process wrote to the database, then goes on behind it. Without a path it keeps nothing.
  Journal(const std::filesystem::path& file, Database& database);

  /// Before it is answered.
  void add(const FakeRequest& request);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace learnd::fakes::qdrant
