"""Likenesses, stories and denials about signs in the voice."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "hoarse": {
        "hoarse": (
            "a raspy voice, like a lifelong smoker's",
            "sounds husky and worn out after a night of shouting",
            "a throat like sandpaper",
            "as if they cheered too much at the football match",
            "croaks like somebody who needs a cough drop",
        ),
        "clear": (
            "silky, not raspy in the least",
            "velvety voice that nothing scrapes against",
            "crystal-clear voice, no sandpaper in it",
            "the tone rings out pure as a bell",
            "a rested throat, easy on the ear",
        ),
    },
    "strained": {
        "strained": (
            "like talking while lifting a heavy box",
            "as if the collar were far too tight",
            "every word costs them sweat",
            "sounds like hard work, that throat",
            "squeezing the last drop out of a lemon",
        ),
        "clear": (
            "like talking in a deckchair by the sea",
            "as if the collar had just been undone",
            "no word costs them any sweat",
            "nothing forced about it, that throat has a holiday",
            "it flows like warm honey",
            "it takes them no effort to talk",
            "the words come out without force",
        ),
    },
    "tremor": {
        "trembling": (
            "shaky, like someone about to cry",
            "the voice wobbles like jelly",
            "quivering as if they were freezing",
            "sounds nervous, the tone keeps fluttering",
            "like talking while riding over cobblestones",
        ),
        "steady": (
            "rock solid, nothing shaky about it",
            "the tone does not wobble at all",
            "calm as a newsreader, never quivering",
            "held as evenly as an organ pipe",
            "sounds sure of themselves, no flutter",
        ),
    },
    "breaks": {
        "breaking": (
            "like a boy whose voice is changing",
            "the needle keeps jumping off the record",
            "as if about to burst into tears",
            "the tone goes missing like a bad light bulb",
            "yodels without meaning to",
        ),
        "unbroken": (
            "like a violin bow that never leaves the string",
            "the needle stays on the record",
            "no yodelling and no cracks here",
            "the tone burns like a good light bulb",
            "a thread that does not tear",
            "it never cuts out in the middle of words",
        ),
    },
    "doubling": {
        "double": (
            "like a throat singer from the steppe",
            "as though a second person hummed along inside the throat",
            "a bumblebee flies along with every vowel",
            "like pressing two piano keys at the same time",
            "the throat cannot decide between two notes",
        ),
        "single": (
            "like pressing one piano key",
            "nobody hums along inside this throat",
            "no bumblebee, only the voice",
            "a lone flute rather than a chord",
            "the throat has decided on its note",
            "a voice with nothing beside it",
        ),
    },
    "hesitation": {
        "hesitant": (
            "like a learner driver stalling at every crossing",
            "where was I going with this, they seem to think",
            "the next word has to be fetched from the attic",
            "one could make tea between two words",
            "searching for the words as for lost keys",
        ),
        "fluent": (
            "like a river with no stones in it",
            "they know exactly where they are going with this",
            "the next word is always at hand",
            "no time to make tea between two words",
            "like someone who has said this a hundred times",
            "they talk without a hitch",
            "somebody who never has to stop and think",
        ),
    },
    "breath_pauses": {
        "audible": (
            "like somebody who has just climbed the stairs",
            "gulps air like a swimmer coming up",
            "every time they stop there is a whoosh",
            "as if back from a run around the block",
            "you can tell each time the lungs fill up",
        ),
        "silent": (
            "like somebody who has sat still all morning",
            "no gulping and no whoosh",
            "every time they stop you could hear a pin drop",
            "as if they needed no air at all",
            "you cannot tell when the lungs fill up",
            "I hear nothing when they stop",
            "they breathe without a sound",
        ),
    },
    "fading": {
        "fading": (
            "like a toy whose battery is running out",
            "the last words never reach me",
            "losing steam all the way",
            "as if falling asleep over the sentence",
            "a candle going out",
        ),
        "even": (
            "like a toy with a fresh battery",
            "the last words reach me as well as the first",
            "no loss of steam anywhere",
            "one could set the volume once and leave it",
            "a lamp that burns the same all night",
            "the voice does not get weaker or stronger",
        ),
    },
    "mumbling": {
        "mumbled": (
            "like talking with a mouth full of porridge",
            "say that again, I did not catch a word",
            "the jaw hardly opens, everything melts together",
            "like a teenager who would rather not answer",
            "consonants are left out like unwanted peas",
        ),
        "distinct": (
            "like an actor who must reach the last row",
            "I caught every word the first time",
            "you could write it down without asking twice",
            "like a teacher giving a spelling test",
            "every consonant is polished",
        ),
    },
    "rough_breathy": {
        "rough_breathy": (
            "like a bellows full of gravel",
            "worn out by the night, half scrape and half air",
            "as if sandpaper could sigh",
            "the morning after a concert, hardly any voice left",
            "rust and wind together",
        ),
        "clear": (
            "like a bell, no gravel and no bellows",
            "fresh as after a good night's sleep",
            "neither rust nor wind in it",
            "a choir would take this one at once",
            "polished wood, nothing escapes and nothing scrapes",
            "smooth, with no air in it",
            "I hear neither scraping nor sighing",
        ),
    },
    "flat_slow": {
        "flat_slow": (
            "like a tired clerk reading out the small print",
            "it nearly puts me to sleep, and them too",
            "a record played too slow, with one groove only",
            "as if nothing mattered any more",
            "no hurry and no tune",
        ),
        "lively_fast": (
            "like a sports reporter just before the goal",
            "nobody could fall asleep over this",
            "a puppy let off the lead",
            "as if they had just won the lottery",
            "all hurry and all tune",
        ),
    },
    "trembling_or_breaking": {
        "trembling": (
            "like a leaf in the wind",
            "as if sitting on a washing machine",
            "a jelly of a voice, though it never snaps",
            "the tone swings as a loose bicycle wheel does",
            "cold and without a coat, teeth chattering",
        ),
        "breaking": (
            "like a rope that snaps",
            "as if somebody kept pulling out the plug",
            "a boy of thirteen, suddenly it squeaks",
            "the tone trips over a step and gets up again",
            "firm ground with potholes",
        ),
    },
    "altered": {
        "altered": (
            "that throat has seen better days",
            "I would ask them whether they are all right",
            "like an instrument with a crack in it",
            "not the voice they were born with, I would think",
            "you would not hire this one to read the news",
        ),
        "clear": (
            "nothing the matter with that throat",
            "I would not think twice about this voice",
            "like an instrument fresh from the maker",
            "just the voice they were born with, I would think",
            "you would hire this one to read the news",
            "there is nothing wrong with this voice",
        ),
    },
}
"""Wordings by task and class."""
