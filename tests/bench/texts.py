"""What the measures store and ask: learnings of real texts, varied until there are enough, and questions that were never asked before."""
import gzip
import json
import random
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = ("amber birch cedar delta ember flint grove heron iris juniper kestrel larch maple nimbus onyx pearl quartz raven sable tundra umber "
         "violet willow xenon yarrow zephyr anchor beacon canyon dune echo fjord glacier harbor island jetty knoll lagoon meadow notch").split()
# A number, or a name: of a file, in braces or angle brackets, in quotes, in capitals.
CHANGEABLE = re.compile(r"\d+|\b[\w-]+(?=\.[a-z]{1,4}\b)|(?<=\{\{)[^{}]+(?=\}\})|(?<=<)[\w-]+(?=>)|(?<=')[\w-]+(?=')|\b[A-Z]{2,}\b")


def lines_of(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def fitting_category(name):
    """A category made of any name: lower case, other signs to a dash."""
    return re.sub(r"[^a-z0-9-]", "-", name.lower()).strip("-")[:63] or "skills-patterns"


class Texts:
    """`folder` has the sets tldr and nl2bash (corpus.jsonl or corpus.jsonl.gz, queries.jsonl); without it the repository's own solutions."""

    def __init__(self, folder, seed=7):
        self.random = random.Random(seed)
        corpora = [path for name in ("tldr", "nl2bash") for path in sorted((folder / name).glob("corpus.jsonl*"))] if folder else []
        self.learnings = [self.learning_of(line) for path in corpora for line in lines_of(path)]
        self.questions = [line["text"] for path in corpora for line in lines_of(path.parent / "queries.jsonl")]
        self.source = ", ".join(path.parent.name for path in corpora)
        if not self.learnings:
            self.source = "the repository's own solutions"
            self.learnings = [line for line in lines_of(REPOSITORY / "src/data/learnings.ndjson") if line["kind"] == "solution"]
            self.questions = [line["query"] for line in self.learnings]

    def learning_of(self, line):
        return {"kind": "solution", "category": fitting_category(line["category"]), "query": line["query"], "solution": line["solution"],
                "metadata": line["metadata"]}

    def changed_name(self, found):
        old = found.group(0)
        return str(self.random.randrange(10 ** max(3, len(old)))) if old.isdigit() else self.name()

    def name(self):
        return "%s-%d" % (self.random.choice(NAMES), self.random.randrange(1000))

    def varied(self, text):
        """The same text about other numbers and names; where it has none, about something of a name."""
        changed = CHANGEABLE.sub(self.changed_name, text)
        return changed if changed != text else "%s on %s" % (text, self.name())

    def corpus(self, count):
        """So many learnings, no two with the same texts: the real ones first."""
        seen, made = set(), []
        for number in range(50 * count):
            original = self.learnings[number % len(self.learnings)]
            if number < len(self.learnings):
                learning = original
            else:
                learning = dict(original, query=self.varied(original["query"]), solution=self.varied(original["solution"]))
            key = (learning["query"], learning["solution"])
            if key in seen:
                continue
            seen.add(key)
            made.append(learning)
            if len(made) == count:
                return made
        raise RuntimeError("%s are too few to vary" % self.source)

    def fresh_questions(self, count):
        """So many questions, no two alike: the sets' own first, in any order."""
        questions = list(dict.fromkeys(self.questions))
        self.random.shuffle(questions)
        while len(questions) < count:
            questions = list(dict.fromkeys(questions + [self.varied(question) for question in self.questions]))
        return questions[:count]
