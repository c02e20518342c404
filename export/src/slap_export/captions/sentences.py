"""Sentences from the things they say: several shapes, each with one wording of every thing.

A sentence is written from a `Recipe` alone: the things it says, in order, and a seed. Every thing
draws its wording from a stream of its own, so that putting another thing in its place leaves the
rest of the sentence as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from slap_export.captions.items import Item, Setting, Voicing, Who, Wordings


@dataclass(frozen=True)
class Recipe:
    """What a sentence says, and the seed of how it says it.

    `denying` settles of things, by their place, whether they are said by a denial, where they have
    one; of the others the seed settles it.
    """

    items: tuple[Item, ...]
    seed: int
    denying: tuple[tuple[int, bool], ...] = ()


_VERBS = ("speaks", "is speaking", "talks", "is talking")
_PARTICIPLES = ("speaking", "talking")
_SOMEONE = ("someone", "a speaker", "a person", "the speaker", "somebody")
RECORDING = ("recording", "audio clip", "clip", "audio", "sound")
SOUNDS_LIKE = ("it sounds like", "sounds like", "this is", "that's", "this sounds like")
HEAR = ("I can hear", "you can hear", "I hear", "you hear", "we hear", "I notice")
HEAR_NO = ("I can't hear any", "you can't hear any", "I don't notice any", "you won't hear any")
SEEMS = (
    "it sounds as if",
    "sounds as if",
    "it seems that",
    "I think",
    "I'd say",
    "you can tell that",
    "I notice that",
    "to me it sounds as if",
)
_WITHOUT_ARTICLE = ("speech", "intonation", "breathing", "audio", "sound")
_AN_LETTERS_SAID_OTHERWISE = ("one", "usual", "uniform")

_DENIED = 0.08  # share of things said by denying the opposite, where they can be
_LIKENED = 0.12  # share of things said by a likeness, where they have one


def sentence(recipe: Recipe) -> str:
    """The sentence of a recipe."""
    return _Sentence(recipe).text()


class _Sentence:
    def __init__(self, recipe: Recipe) -> None:
        self.items = recipe.items
        self.dice = Random(recipe.seed * 16)
        self.own = {
            id(item): Random(recipe.seed * 16 + 1 + place)
            for place, item in enumerate(recipe.items)
        }
        self.denying = {id(recipe.items[place]): denies for place, denies in recipe.denying}
        self.who = next((item for item in recipe.items if isinstance(item, Who)), None)
        self.voices = [item for item in recipe.items if isinstance(item, Voicing)]
        self.settings = [item for item in recipe.items if isinstance(item, Setting)]

    def text(self) -> str:
        shape = self.dice.random()
        # A recording is of someone speaking, not of someone speaks.
        inside = self.dice.random() < 0.4
        prefixed = self.dice.random() < 0.2
        if shape < 0.22:
            return self._recorded(self._as_person(inside), inside)
        if shape < 0.31:
            return self._recorded(self._as_owner(), True)
        if shape < 0.56:
            text = self._recorded(self._as_voice(self.who), True)
            prefixed = prefixed and not text.startswith("sound ")
            return f"{_pick(SOUNDS_LIKE, self.dice)} {text}" if prefixed else text
        if shape < 0.68:
            return _joined([self._clause(item, True) for item in self.items], self.dice)
        if shape < 0.78:
            clauses = [self._clause(item, False) for item in self.items]
            return f"{_pick(SEEMS, self.dice)} {_joined(clauses, self.dice)}"
        if shape < 0.91:
            return self._as_heard()
        return ", ".join(self._keyword(item) for item in self.items)

    def _as_person(self, inside: bool) -> str:
        """ "a woman speaks slowly, in a breathy voice" """
        people = (*self.who.people, *(() if inside else self.who.subjects)) if self.who else ()
        subject = self._of(self.who, people) if self.who else _pick(_SOMEONE, self.dice)
        verb = _pick(_PARTICIPLES if inside else _VERBS, self.dice)
        wanted = self.dice.random() < 0.5
        does = next((v for v in self.voices if v.verbs and (wanted or not v.manners)), None)
        if does is not None:
            verb = f"{'who ' if inside else ''}{self._of(does, does.verbs)}"
        manners = [self._manner(item) for item in self.voices if item is not does]
        return f"{subject} {verb} {_joined(manners, self.dice)}".rstrip()

    def _as_owner(self) -> str:
        """ "a woman with a breathy voice" """
        subject = self._of(self.who, self.who.people) if self.who else _pick(_SOMEONE, self.dice)
        if not self.voices:
            return subject
        link = "whose voice" if self.dice.random() < 0.3 else "with"
        first = self.voices[0]
        if link == "with" or first.noun != "voice" or not first.adjectives:
            return f"{subject} with {self._as_voice(None)}"
        said = [v for v in self.voices[:2] if v.noun == "voice" and v.adjectives]
        words = " and ".join(self._of(item, item.adjectives) for item in said)
        rest = "".join(f", {self._manner(item)}" for item in self.voices if item not in said)
        return f"{subject} whose voice is {words}{rest}"

    def _as_voice(self, who: Who | None) -> str:
        """ "a breathy female voice speaking slowly" """
        before: list[str] = []
        after: list[str] = []
        joint = ", "
        noun = "voice"
        if self.voices and who is None and all(item.noun != "voice" for item in self.voices):
            noun = self.voices[0].noun
        for item in self.voices:
            fits = item.adjectives and item.noun in (noun, "voice")
            fits = fits and not (self.denying.get(id(item)) and item.withs and noun == "voice")
            # "speech" alone says nothing.
            share = 0.75 if noun == "voice" or before else 1.0
            if fits and len(before) < 2 and self._roll(item, share):
                before.append(self._of(item, item.adjectives))
            elif item.withs and noun == "voice":
                joint = joint if before or after else " "
                after.append(self._after(item, item.withs, item.denial_phrases))
            else:
                after.append(self._clause(item, False))
        owner = ""
        if who is not None:
            if self.dice.random() < 0.65:
                noun = self._of(who, who.voices)
            else:
                owner = f" of {self._of(who, who.people)}"
                joint = ", "
        phrase = f"{', '.join(before)} {noun}".strip()
        text = _with_article(phrase) + owner
        return f"{text}{joint}{', '.join(after)}" if after else text

    def _as_heard(self) -> str:
        """ "I can hear a woman and vocal fry but no echo" """
        present: list[str] = []
        missing: list[str] = []
        for item in self.items:
            if item.absent and self._denies(item, self.own[id(item)].random(), 0.4):
                missing.append(self._of(item, item.absent))
            elif item.heard and (not item.adjectives or self.own[id(item)].random() < 0.75):
                present.append(self._of(item, item.heard))
            elif isinstance(item, Who):
                present.append(_with_article(self._of(item, item.voices)))
            else:
                present.append(_with_article(f"{self._of(item, item.adjectives)} {item.noun}"))
        if not present:
            return f"{_pick(HEAR_NO, self.dice)} {' or any '.join(missing)}"
        text = f"{_pick(HEAR, self.dice)} {_joined(present, self.dice)}"
        link = " but no " if self.dice.random() < 0.6 else ", no "
        return f"{text}{link}{' and no '.join(missing)}" if missing else text

    def _recorded(self, text: str, inside: bool) -> str:
        """`text` with what is said of the recording, after it or, where it fits, before."""
        before: list[str] = []
        after: list[str] = []
        for item in self.settings:
            if inside and item.adjectives and len(before) < 2 and self._roll(item, 0.5):
                before.append(self._of(item, item.adjectives))
            else:
                after.append(self._after(item, item.places, item.denial_manners))
        if before or (inside and self.dice.random() < 0.15):
            phrase = f"{', '.join(before)} {_pick(RECORDING, self.dice)}".strip()
            text = f"{_with_article(phrase)} of {text}"
        if after:
            link = self.dice.random()
            plain = after[0].startswith(("like ", "as "))
            joint = ", " if plain or link >= 0.65 else ", recorded " if link < 0.3 else " "
            text = f"{text}{joint}{_joined(after, self.dice)}"
        return text

    def _clause(self, item: Item, reports: bool) -> str:
        """ "the voice trembles"

        With `reports` also "I can't hear any tremor" and "it sounds like a bell".
        """
        denials = (*item.denial_clauses, *(item.denial_reports if reports else ()))
        roll = self.own[id(item)].random()
        if denials and self._denies(item, roll, _DENIED * 1.3):
            return self._of(item, denials)
        if reports and item.likenesses and roll > 1 - _LIKENED:
            return f"it sounds {self._of(item, item.likenesses)}"
        share = 0.0 if isinstance(item, Who) else 0.5 if isinstance(item, Voicing) else 0.35
        if item.adjectives and self._roll(item, share):
            verb = "is" if self._roll(item, 0.75) else "sounds"
            noun = item.noun
            if isinstance(item, Setting):
                noun = _pick(RECORDING, self.own[id(item)])
            return f"the {noun} {verb} {self._of(item, item.adjectives)}"
        return self._of(item, item.clauses)

    def _manner(self, item: Voicing) -> str:
        return self._after(item, item.manners or item.withs, item.denial_manners)

    def _after(self, item: Item, usual: Wordings, denials: Wordings) -> str:
        """A phrase that follows a verb or a noun."""
        roll = self.own[id(item)].random()
        if denials and self._denies(item, roll, _DENIED):
            return self._of(item, denials)
        if item.likenesses and roll > 1 - _LIKENED:
            return self._of(item, item.likenesses)
        return self._of(item, usual)

    def _keyword(self, item: Item) -> str:
        """ "whispered", "slow speech", "telephone-quality recording" """
        if isinstance(item, Who):
            return self._of(item, item.voices)
        phrases = item.denial_phrases
        if phrases and self._denies(item, self.own[id(item)].random(), _DENIED):
            return self._of(item, phrases)
        if not item.adjectives:
            return self._of(item, item.places if isinstance(item, Setting) else item.withs)  # type: ignore[attr-defined]
        noun = item.noun
        if isinstance(item, Setting):
            noun = _pick(RECORDING, self.own[id(item)])
        word = self._of(item, item.adjectives)
        return f"{word} {noun}" if self._roll(item, 0.6) else word

    def _of(self, item: Item, wordings: Wordings) -> str:
        return _pick(wordings, self.own[id(item)])

    def _denies(self, item: Item, roll: float, share: float) -> bool:
        return self.denying.get(id(item), roll < share)

    def _roll(self, item: Item, share: float) -> bool:
        return self.own[id(item)].random() < share


def _pick(options: Wordings, dice: Random) -> str:
    return options[int(dice.random() * len(options))]


def _joined(parts: list[str], dice: Random) -> str:
    """Parts joined by commas, the last perhaps by "and"."""
    linked = dice.random() < 0.6
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + (" and " if linked else ", ") + parts[-1]


def _with_article(phrase: str) -> str:
    if phrase.endswith(_WITHOUT_ARTICLE):
        return phrase
    vowel = phrase[0].lower() in "aeiou" and not phrase.startswith(_AN_LETTERS_SAID_OTHERWISE)
    return f"{'an' if vowel else 'a'} {phrase}"
