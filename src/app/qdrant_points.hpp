#pragma once

#include "interfaces/cli/points/point_source.hpp"

namespace learnd::app {

/// The collections of a Qdrant server, for learnctl. Throws cli::SourceError where URL or key file are wrong.
std::unique_ptr<cli::PointSource> openQdrantPoints(const std::string& url, const std::optional<std::string>& keyFile);

}  // namespace learnd::app
