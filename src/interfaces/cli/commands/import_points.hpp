#pragma once

#include "interfaces/cli/points/point_line.hpp"
#include "interfaces/cli/session.hpp"

#include <string>
#include <vector>

namespace learnd::cli {

struct PointImport {
  std::string url;
  std::vector<std::string> collections;  // none: all but learnd's own
  std::optional<std::string> keyFile;
  std::vector<std::string> maps;  // "OLD=NEW"
  bool dryRun = false;
  bool wait = false;
};

/// Imports the points of a server's collections; those that can't be taken go with the reason to a file of this folder.
int importPoints(Session& session, const PointImport& request);

}  // namespace learnd::cli
