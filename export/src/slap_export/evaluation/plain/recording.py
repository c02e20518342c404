"""Plain statements about the recording."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "noise": {
        "noisy": (
            "lots of noise around the speaker",
            "I hear loud background sounds",
            "they talk in noisy surroundings",
            "the noise makes it hard to follow",
            "a din in the background",
        ),
        "quiet": (
            "total silence around the speaker",
            "I hear only the voice",
            "they talk in quiet surroundings",
            "the silence makes it easy to follow",
            "a hushed background",
        ),
    },
    "telephone": {
        "telephone": (
            "somebody calling on the phone",
            "I hear a telephone conversation",
            "a voicemail message",
            "phone-call sound quality",
            "talking through a handset",
        ),
        "full": (
            "studio sound quality",
            "I hear rich, full sound",
            "high-fidelity sound with bass and treble",
            "a professional recording from a studio",
            "talking through an expensive microphone",
        ),
    },
    "room": {
        "reverberant": (
            "lots of echo around the speaker",
            "I hear an echo after every word",
            "they talk in a church or a big hall",
            "the room makes the words ring",
            "an echoing stairwell",
        ),
        "dry": (
            "they talk right beside the microphone",
            "I hear the words directly, from near by",
            "a padded studio booth",
            "a small room with carpets and curtains",
            "dry studio sound",
        ),
    },
    "level": {
        "faint": (
            "far too quiet to hear properly",
            "I hear only faint mumbling",
            "the sound is turned down very low",
            "this file needs to be made louder",
            "tiny, weak sound",
        ),
        "loud": (
            "far too loud for comfort",
            "I hear loud shouting",
            "the sound is turned up very high",
            "this file needs to be made quieter",
            "huge, blaring sound",
        ),
    },
    "hum_or_hiss": {
        "hum": (
            "I hear something humming",
            "a low drone behind the talking",
            "an electrical buzz all along",
            "a fridge or a transformer hums",
            "the cable makes it buzz",
        ),
        "hiss": (
            "I hear something hissing",
            "a sharp sizzle behind the talking",
            "static like an untuned radio",
            "a spray or steam hisses",
            "the tape makes it hiss",
        ),
    },
    "babble_or_hiss": {
        "babble": (
            "I hear lots of others talk",
            "chatter behind the talking",
            "a party is going on around them",
            "guests chat at the other tables",
            "there is a crowd of voices nearby",
        ),
        "hiss": (
            "I hear a lot of static",
            "a hiss behind the talking",
            "an untuned radio is fizzing near them",
            "steam or spray goes on all the time",
            "there is a rush like sand nearby",
        ),
    },
    "muffled": {
        "muffled": (
            "it sounds muffled and dull",
            "I hear it as through a scarf",
            "the microphone was covered up",
            "woolly sound without any sparkle",
            "a phone in a pocket",
        ),
        "open": (
            "it sounds bright and clear",
            "I hear it straight from the lips",
            "the microphone was out in the open",
            "sparkling sound with all the treble",
            "a phone held in front of the face",
        ),
    },
    "overdriven": {
        "overdriven": (
            "it crackles on every loud word",
            "I hear it clip and crunch",
            "the microphone was turned up far too high",
            "harsh, crushed, fuzzy sound",
            "a blown speaker",
        ),
        "clean": (
            "it stays clean on every loud word",
            "I hear it neat and whole",
            "the microphone was set just right",
            "soft, undamaged, tidy sound",
            "a speaker in good order",
        ),
    },
    "coded": {
        "coded": (
            "a bad connection",
            "I hear digital blips and warbles",
            "it was squashed into a tiny file",
            "watery, metallic computer sound",
            "a poor video call",
        ),
        "clean": (
            "a perfect connection",
            "I hear the sound unspoilt",
            "it was kept in a big file",
            "true, natural, lossless sound",
            "as good as being in the same room",
        ),
    },
}
"""Wordings by task and class."""
