"""Plain statements about signs in the voice."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "hoarse": {
        "hoarse": (
            "I hear a raspy, husky tone",
            "they sound hoarse from shouting",
            "his or her voice is rough",
            "a scratchy throat",
            "a harsh, grating voice",
        ),
        "clear": (
            "I hear a clear, smooth tone",
            "they talk with a nice clean voice",
            "his or her voice is pure",
            "a voice of good quality",
            "a velvety voice",
        ),
    },
    "strained": {
        "strained": (
            "they sound strained",
            "it takes them a lot of effort to talk",
            "I hear a squeezed, forced tone",
            "a voice under pressure",
            "the words are pushed out with force",
        ),
        "clear": (
            "they sound relaxed",
            "talking comes easily to them",
            "I hear a free, effortless tone",
            "a voice at ease",
            "the words come out easily",
        ),
    },
    "tremor": {
        "trembling": (
            "they sound shaky",
            "a quivering voice",
            "I hear a shaky, trembling tone",
            "somebody whose voice wobbles",
            "his or her voice is shaking badly",
        ),
        "steady": (
            "they sound steady",
            "a calm, controlled voice",
            "I hear a firm, even tone",
            "somebody whose voice stays stable",
            "his or her voice is completely steady",
        ),
    },
    "breaks": {
        "breaking": (
            "a cracking voice",
            "their voice cracks all the time",
            "I hear the tone snap and come back",
            "it cuts out in the middle of words",
            "his or her voice keeps breaking up",
        ),
        "unbroken": (
            "a voice in one piece",
            "their voice carries through every word",
            "I hear the tone go on and on",
            "it is there from the first syllable to the last",
            "his or her voice holds together",
        ),
    },
    "doubling": {
        "double": (
            "there are two notes in that voice",
            "I hear a second tone below the first",
            "the voice sounds like two at the same time",
            "a voice split in two",
            "a buzzing tone beside the real one",
        ),
        "single": (
            "there is one note in that voice",
            "I hear just one tone",
            "the voice sounds like one",
            "a voice at its own true pitch",
            "a pure tone on its own",
        ),
    },
    "hesitation": {
        "hesitant": (
            "they stop and start",
            "I hear a lot of long gaps",
            "stuttering out words",
            "somebody who needs time before each word",
            "they break off again and again",
        ),
        "fluent": (
            "they talk right on",
            "I hear the words come one after another",
            "a sentence said in one go",
            "somebody who knows what to say",
            "they go right through to the end",
        ),
    },
    "breath_pauses": {
        "audible": (
            "gasping for air between the words",
            "I hear them breathe in",
            "they are out of breath",
            "somebody panting between sentences",
            "deep, noisy breaths every time they stop",
        ),
        "silent": (
            "total silence between the words",
            "I hear silence when they stop",
            "their breathing is quiet",
            "somebody who stops quietly between sentences",
            "quiet gaps every time they stop",
        ),
    },
    "fading": {
        "fading": (
            "the end is much quieter than the start",
            "their voice trails off",
            "I hear it get weaker and weaker",
            "they run out of strength as they talk",
            "the voice sinks away",
        ),
        "even": (
            "the end is as loud as the start",
            "their voice stays just as strong",
            "I hear the same volume all the way",
            "they keep up their strength as they talk",
            "the volume stays where it is",
        ),
    },
    "mumbling": {
        "mumbled": (
            "they are mumbling",
            "I hear slurred, unclear words",
            "half the word endings are missing",
            "lazy lips and a lazy tongue",
            "the words are hard to make out",
        ),
        "distinct": (
            "they speak very clearly",
            "I hear crisp, clear words",
            "all the word endings are there",
            "lips and tongue at work on every sound",
            "the words are easy to make out",
        ),
    },
    "rough_breathy": {
        "rough_breathy": (
            "they sound hoarse and out of breath",
            "raspy, with lots of air",
            "I hear scraping and sighing together",
            "a husky, scratchy voice",
            "rough and leaky together",
        ),
        "clear": (
            "they sound clear and strong",
            "smooth and solid",
            "I hear a bright, firm tone",
            "a silky, solid voice",
            "clean and tight as it should be",
        ),
    },
    "flat_slow": {
        "flat_slow": (
            "they drag along in a flat voice",
            "I hear slow, dull talk",
            "a sleepy, toneless way of talking",
            "somebody dozing off as they speak",
            "tired words, all on the same note",
        ),
        "lively_fast": (
            "they chatter away with lots of ups and downs",
            "I hear quick, cheerful talk",
            "a bubbly, rapid way of talking",
            "somebody bursting with energy as they speak",
            "excited words that jump up and down",
        ),
    },
    "trembling_or_breaking": {
        "trembling": (
            "they have a wobbly voice",
            "I hear it shake the whole time",
            "quivering from one word to the next",
            "the tone goes up and down in little waves",
            "a shaky but unbroken tone",
        ),
        "breaking": (
            "they have a voice that cracks",
            "I hear it snap now and then",
            "failing from one word to the next",
            "the tone is gone for a moment and comes back",
            "a steady tone with holes in it",
        ),
    },
    "altered": {
        "altered": (
            "there is something wrong with this voice",
            "they do not sound right",
            "I hear a strange, worn voice",
            "a voice in bad shape",
            "this is how a voice sounds that has suffered",
        ),
        "clear": (
            "this voice is all right",
            "they sound just right",
            "I hear a fine, fresh voice",
            "a voice in good shape",
            "this is how a voice sounds that is well",
        ),
    },
}
"""Wordings by task and class."""
