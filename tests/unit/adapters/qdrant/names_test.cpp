#include "adapters/qdrant/names.hpp"

#include "adapters/qdrant/facets.hpp"

#include <gtest/gtest.h>

namespace learnd::qdrant {

namespace {

TEST(CollectionName, IsPrefixCategoryAndGeneration) { EXPECT_EQ(collectionName("my-", "networking", 3), "my-learnd-networking-3"); }

TEST(CollectionName, IsReadBack) {
  for (const char* category : {"networking", "a", "two-2", "learnd-x-1"}) {
    const auto parsed = parseCollectionName("my-", collectionName("my-", category, 42));
    ASSERT_TRUE(parsed) << category;
    EXPECT_EQ(parsed->category, category);
    EXPECT_EQ(parsed->generation, 42U);
  }
}

TEST(CollectionName, OthersNamesAreNone) {
  for (const char* name : {"networking", "my-networking-1", "learnd-networking-1", "my-learnd-networking", "my-learnd-networking-",
                           "my-learnd--1", "my-learnd-networking-x1", "my-learnd-networking-01", "my-learnd-networking-99999999999"}) {
    EXPECT_FALSE(parseCollectionName("my-", name)) << name;
  }
}

TEST(CollectionName, ItsAliasIsWhatProgramsAskBy) {
  EXPECT_EQ(aliasName("", "skills-patterns"), "skills-patterns");
  EXPECT_EQ(aliasName("my-", "skills-patterns"), "my-skills-patterns");
}

TEST(CollectionName, IsEncodedInAPath) { EXPECT_EQ(percentEncoded("a b/c-1_x.~\xC3\xA9"), "a%20b%2Fc-1_x.~%C3%A9"); }

TEST(Facet, IsNameAndValue) { EXPECT_EQ(facet("metadata.os", "\"nixos\""), "metadata.os=\"nixos\""); }

TEST(Facet, ALongOneIsShortAndStillItsOwn) {
  const std::string value(60000, 'x');
  const std::string one = facet("metadata.note", "\"" + value + "a\"");
  const std::string other = facet("metadata.note", "\"" + value + "b\"");
  EXPECT_LT(one.size(), 100U);
  EXPECT_NE(one, other);
  EXPECT_EQ(one, facet("metadata.note", "\"" + value + "a\""));
}

}  // namespace

}  // namespace learnd::qdrant
