#pragma once

#include <string>
#include <utility>

namespace learnd::fakes::qdrant {

/// What the server answers instead of a result.
struct Refusal {
  int status;
  std::string text;
};

inline Refusal badJson(std::string why) { return {400, "Format error in JSON body: " + std::move(why)}; }
inline Refusal wrongInput(std::string why) { return {400, "Wrong input: " + std::move(why)}; }
inline Refusal invalid(std::string why) { return {422, "Validation error in JSON body: [" + std::move(why) + "]"}; }
inline Refusal noCollection(const std::string& name) { return {404, "Not found: Collection `" + name + "` doesn't exist!"}; }

}  // namespace learnd::fakes::qdrant
