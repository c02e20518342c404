"""Plain statements about the voice and the manner of speaking."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "whisper": {
        "whispered": (
            "they are whispering quietly",
            "I hear whispers",
            "this person whispers every word",
            "hushed, whispering talk",
            "a whisperer",
        ),
        "voiced": (
            "they use their regular voice",
            "I hear a normal tone of voice",
            "this person says every word out loud",
            "regular talk at full voice",
            "someone speaking up",
        ),
    },
    "breathy": {
        "breathy": (
            "I hear a husky, breathy tone",
            "they sound out of breath",
            "his or her voice is full of air",
            "lots of breathing mixed into the words",
            "a soft, sighing voice",
        ),
        "clear": (
            "I hear a clear, firm tone",
            "they talk with a nice clean voice",
            "his or her voice is pure",
            "a voice of good quality",
            "a firm tone runs through every word",
        ),
    },
    "creak": {
        "creaky": (
            "I hear a creaky, croaking tone",
            "they croak when they talk",
            "his or her voice crackles",
            "lots of fry in the throat",
            "a grating creak runs through every word",
        ),
        "clear": (
            "I hear a clear, smooth tone",
            "they talk with a nice clean voice",
            "his or her voice is pure",
            "a voice of good quality",
            "a smooth tone runs through every word",
        ),
    },
    "nasal": {
        "nasal": (
            "they talk through the nose",
            "I hear a nasal whine",
            "it all comes out of the nose",
            "his or her nose is in every word",
            "a whiny, nosy sort of tone",
        ),
        "oral": (
            "they talk with a round, open mouth",
            "I hear an open, rounded tone",
            "it all comes out of the mouth",
            "the mouth does all the work",
            "a full, round sort of tone",
        ),
    },
    "shout": {
        "shouted": (
            "they are shouting",
            "I hear somebody yell",
            "this person is screaming at someone",
            "hollering with all their strength",
            "a bellowing voice",
        ),
        "ordinary": (
            "they are having a chat",
            "I hear somebody talk at the usual strength",
            "this person is simply talking to someone",
            "chatting at a usual loudness",
            "an everyday talking voice",
        ),
    },
    "murmur": {
        "murmured": (
            "they are muttering softly",
            "I hear somebody murmur",
            "this person keeps the voice down",
            "a low, gentle mutter",
            "talking into the collar",
        ),
        "ordinary": (
            "they are talking at the usual strength",
            "I hear a regular conversation",
            "this person talks as people do across a table",
            "an everyday chat",
            "talking at a middling strength",
        ),
    },
    "effort": {
        "shouted": (
            "they yell it out",
            "I hear a loud shout",
            "somebody screams the words",
            "roaring at full power",
            "this person is crying out loudly",
        ),
        "murmured": (
            "they mutter it gently",
            "I hear a soft murmur",
            "somebody says the words quietly to the next person",
            "barely using any power",
            "this person is keeping it down",
        ),
    },
    "rate": {
        "fast": (
            "they talk too fast",
            "this person is rushing",
            "I hear quick talk",
            "they hurry through the words",
            "chattering away at great speed",
        ),
        "slow": (
            "they talk too slowly",
            "this person is taking their time",
            "I hear slow talk",
            "they drag out the words",
            "dawdling along at low speed",
        ),
    },
    "intonation": {
        "monotone": (
            "they sound flat and bored",
            "mumbling in a dull monotone",
            "I hear a flat, dreary voice",
            "somebody who drones and drones",
            "his or her voice never changes tone",
        ),
        "lively": (
            "they sound lively and enthusiastic",
            "telling it with a lot of expression",
            "I hear a cheerful, animated voice",
            "somebody full of excitement",
            "his or her voice changes tone a lot",
        ),
    },
    "breathy_or_hoarse": {
        "breathy": (
            "they sound airy and soft",
            "lots of air in the tone",
            "I hear a husky sigh in each word",
            "a gentle, wispy voice",
            "the voice is leaking air",
        ),
        "hoarse": (
            "they sound raspy and rough",
            "lots of scraping in the tone",
            "I hear a scratch in each word",
            "a coarse, gritty voice",
            "the voice is scratchy and sore",
        ),
    },
    "creaky_or_hoarse": {
        "creaky": (
            "they creak at the bottom of their voice",
            "lots of crackling, popping tone",
            "I hear a slow crackle in the throat",
            "a croaking voice that clicks along",
            "the voice ticks and pops",
        ),
        "hoarse": (
            "they have gone hoarse",
            "lots of rasping in the tone",
            "I hear a sore, rough throat",
            "a scratchy voice that grates",
            "the voice rasps and scrapes",
        ),
    },
    "whispered_or_breathy": {
        "whispered": (
            "they only whisper",
            "I hear nothing but whispering",
            "every word is breathed and whispered",
            "a voice dropped to a whisper",
            "this person is hushed, whispering all along",
        ),
        "breathy": (
            "they talk softly, with plenty of air",
            "I hear an airy tone of voice",
            "some tone and some air in every word",
            "a voice that sighs as it talks",
            "this person is huffing a bit while talking",
        ),
    },
    "tension": {
        "strained": (
            "they force the voice out",
            "I hear a tight, squeezed throat",
            "this person pushes hard to talk",
            "a cramped, tense way of talking",
            "the throat is clenched",
        ),
        "breathy": (
            "they let the voice out with a sigh",
            "I hear a slack, airy throat",
            "this person lets air slip out",
            "a soft, loose way of talking",
            "the throat lets too much air by",
        ),
    },
    "material": {
        "vowel": (
            "they say aaah without stopping",
            "I hear one long aaah",
            "somebody holds a single sound",
            "one drawn-out sound",
            "a long ooh or eee on one breath",
        ),
        "speech": (
            "they say several words",
            "I hear a whole sentence",
            "somebody tells us something",
            "many sounds that make up words",
            "talk, with words and sentences",
        ),
    },
    "course": {
        "growing": (
            "they get louder as they go on",
            "I hear it swell",
            "it starts quietly and becomes loud",
            "the volume rises all the time",
            "this person raises the voice bit by bit",
        ),
        "fading": (
            "they get quieter as they go on",
            "I hear it die down",
            "it starts loud and becomes quiet",
            "the volume drops all the time",
            "this person lowers the voice bit by bit",
        ),
    },
}
"""Wordings by task and class."""
