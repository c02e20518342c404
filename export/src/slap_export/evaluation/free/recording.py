"""Likenesses, stories and denials about the recording."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "noise": {
        "noisy": (
            "what a racket behind the person talking",
            "lots of din drowning out the words",
            "as if they stood beside a busy road or a fan",
            "I hear plenty of interference besides the voice",
            "hard to follow because of everything going on around",
        ),
        "quiet": (
            "nothing else to be heard besides the talking",
            "no racket around, just the person",
            "so silent you could hear a pin drop between words",
            "taken in a studio where nothing else makes a sound",
            "peaceful surroundings, easy to follow",
        ),
    },
    "telephone": {
        "telephone": (
            "sounds like a voicemail message",
            "boxy, as if calling from a landline",
            "thin, like somebody ringing a radio show",
            "like listening through a cheap handset",
            "muffled the way call centres are",
        ),
        "full": (
            "rich sound, like a podcast studio",
            "crisp highs and full lows, no handset involved",
            "as if the person stood right here, nothing cut away",
            "high fidelity, not like a voicemail",
            "you can hear every crisp s and t",
        ),
    },
    "room": {
        "reverberant": (
            "like talking inside a cathedral",
            "as if standing in an empty swimming pool",
            "the words bounce off bare walls",
            "sounds like a stairwell or a bathroom",
            "boomy, the end of each word lingers",
        ),
        "dry": (
            "like talking under a blanket, nothing bounces back",
            "right at my ear, no walls to be heard",
            "a padded booth swallowing every reflection",
            "nothing lingers once a word is over",
            "up close, as in a podcast, no cathedral about it",
        ),
    },
    "level": {
        "faint": (
            "I have to turn it all the way up to catch anything",
            "tiny, as if they stood a mile away",
            "so soft that I only make out mumbling",
            "next to nothing on the meter",
            "you need to strain your ears for this one",
        ),
        "loud": (
            "blaring, I had to turn it down",
            "like somebody shouting straight into my ear",
            "so strong that it nearly bursts the speakers",
            "the meter goes almost into the red",
            "this one blasts out of the headphones",
        ),
    },
    "hum_or_hiss": {
        "hum": (
            "like a fridge in the next room",
            "somebody plugged it in badly, it goes mmmm",
            "a bee as big as a house behind the talker",
            "under power lines on a wet day",
            "one deep note that never stops, no fizz",
        ),
        "hiss": (
            "like a tap left running",
            "somebody is frying onions, it goes shhhh",
            "a snake as big as a house behind the talker",
            "television after the last programme of the night",
            "all fizz, no deep note",
        ),
    },
    "babble_or_hiss": {
        "babble": (
            "like a pub on a Friday night",
            "the waiter must be just behind them",
            "everybody at the wedding has something to say",
            "a school canteen at noon",
            "not rain, that is a roomful of guests",
        ),
        "hiss": (
            "like rain on a tin roof",
            "an old cassette must be turning somewhere",
            "sounds like the shower was left on",
            "a waterfall rather than a canteen",
            "not guests, that is a leaking pipe",
        ),
    },
    "muffled": {
        "muffled": (
            "through a pillow",
            "as if calling from inside a wardrobe",
            "somebody left the phone in a coat",
            "like neighbours heard through the wall",
            "someone took all the sparkle away",
        ),
        "open": (
            "no pillow in between",
            "as if the wardrobe door stood open",
            "nobody left this phone in a coat",
            "like a window that has just been cleaned, for the ears",
            "every s hisses as it should",
            "I hear it with nothing in between",
        ),
    },
    "overdriven": {
        "overdriven": (
            "like a rock guitar with the knob at ten",
            "the drive-through at the burger place",
            "the loud bits are torn to shreds",
            "a megaphone at a demonstration",
            "it makes my loudspeakers rattle",
        ),
        "clean": (
            "like a classical concert, every peak intact",
            "no burger place would have a loudspeaker like that",
            "the loud bits are as tidy as the soft ones",
            "no rattle in the loudspeakers",
            "somebody watched the meter while taping this",
            "I hear it without any crunch",
        ),
    },
    "coded": {
        "coded": (
            "you are breaking up, call me back",
            "like a robot under water",
            "one bar of reception in the mountains",
            "an internet call on hotel wifi",
            "the slowest line in the village, squeezing the words flat",
        ),
        "clean": (
            "you are coming through loud and clear, stay on the line",
            "no robot and no water about it",
            "like sitting on the same sofa",
            "not an internet call, straight onto the disc",
            "nothing was thrown away to save room",
            "I hear no digital blips or warbles",
            "natural sound without any computer tricks",
        ),
    },
}
"""Wordings by task and class."""
