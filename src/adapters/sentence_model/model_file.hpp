#pragma once

#include "core/result.hpp"
#include "json/value.hpp"

#include <filesystem>
#include <string>

namespace learnd::sentence_model {

/// A JSON file of a model's folder, at most 256 MiB; InvalidInput with a message that names the file.
core::Result<json::Value> readJson(const std::filesystem::path& file);

/// A file that says something else than an encoder of this kind: "FILE: FIELD is not WANTED, which is all that the builtin embedder runs".
core::Error unlike(const std::string& file, const std::string& field, const std::string& wanted);

}  // namespace learnd::sentence_model
