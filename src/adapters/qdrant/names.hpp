#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace learnd::qdrant {

/// What the name of a collection of ours says.
struct CollectionName {
  std::string category;
  std::uint32_t generation = 0;  // counts up when a category's index is made anew
};

/// "PREFIXlearnd-CATEGORY-GENERATION"
std::string collectionName(std::string_view prefix, std::string_view category, std::uint32_t generation);
/// Nothing where it is none of ours.
std::optional<CollectionName> parseCollectionName(std::string_view prefix, std::string_view name);
/// What programs call the collection: "PREFIXCATEGORY", an alias.
std::string aliasName(std::string_view prefix, std::string_view category);

/// For a URL's path.
std::string percentEncoded(std::string_view text);

/// The words of a point: a sparse vector under this name, which says by which rules it was made (core::kLexicalVersion).
std::string wordsVectorName();

/// Payload members for our own bookkeeping; no key of somebody's metadata is put at the top level under such a name.
inline constexpr std::string_view kOwnMembers = "learnd_";
inline constexpr std::string_view kRevisionMember = "learnd_revision";
inline constexpr std::string_view kFacetsMember = "learnd_facets";

}  // namespace learnd::qdrant
