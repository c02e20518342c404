"""Likenesses, stories and denials about the voice and the manner of speaking."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "whisper": {
        "whispered": (
            "talking very softly so as not to wake the baby",
            "telling a secret into my ear",
            "hushed talk, like in a library",
            "murmured with no tone at all, just breath",
            "all I hear is whispers, no real voice",
        ),
        "voiced": (
            "chatting normally, not keeping a secret",
            "using the regular talking voice, nothing hushed",
            "speaking up the way people do at dinner",
            "there is real tone in it, this is no whisper",
            "ordinary conversation at the kitchen table",
        ),
    },
    "breathy": {
        "breathy": (
            "husky, with half of it just air coming out",
            "like Marilyn Monroe singing happy birthday",
            "you hear them puffing while they talk",
            "a sighing way of talking, air rushing past the words",
            "soft and wispy, as if out of puff",
        ),
        "clear": (
            "a solid voice, no air wasted",
            "like a newsreader, crisp and well supported",
            "crystal-clear, not wispy at all",
            "the tone rings out pure as a bell",
            "no huffing or puffing in this one",
        ),
    },
    "creak": {
        "creaky": (
            "sounds like an old door hinge",
            "a croaky morning voice, just out of bed",
            "the throat rattles like popcorn popping",
            "gravel at the bottom of the throat, like a bored celebrity",
            "the vocal cords crackle instead of humming",
        ),
        "clear": (
            "nice clean tone, nothing crackles in the throat",
            "like a trained singer, silky all the way through",
            "crystal-clear voice, no croak at all",
            "the tone rings out pure as a bell",
            "no rattle or frying in this throat",
        ),
    },
    "nasal": {
        "nasal": (
            "as if wearing a clothes peg on the nose",
            "whines like a duck in a cartoon",
            "sounds stuffed up, though nobody sneezes",
            "every vowel takes the way up past the nostrils",
            "quacks more than talks",
        ),
        "oral": (
            "no clothes peg on this nose",
            "the sound has the whole mouth to itself",
            "like somebody singing with a wide open throat",
            "nothing goes up past the nostrils",
            "round as an egg, not a trace of quacking",
            "his or her nose stays out of it",
        ),
    },
    "shout": {
        "shouted": (
            "like calling across a football pitch",
            "somebody is really angry with the neighbours",
            "a sergeant on the parade ground",
            "they must be standing on the other side of the river",
            "enough to wake the whole street",
        ),
        "ordinary": (
            "like asking for the salt at lunch",
            "nobody is angry with the neighbours here",
            "a guide in front of a small group",
            "they must be standing an arm's length away",
            "not loud enough to wake anyone",
            "conversation without raising the voice",
        ),
    },
    "murmur": {
        "murmured": (
            "as if nobody in the next room should hear",
            "like saying a prayer to oneself",
            "gentle, as one talks beside a sleeping dog",
            "with the lips nearly closed and hardly any sound",
            "thinking aloud rather than telling anybody",
        ),
        "ordinary": (
            "no reason to keep it from the next room",
            "like giving directions to a stranger",
            "as one talks to a friend over coffee",
            "with nothing to hide and nothing to prove",
            "telling somebody rather than thinking aloud",
            "talking neither loudly nor softly",
        ),
    },
    "effort": {
        "shouted": (
            "like calling a dog from the far end of the field",
            "veins standing out on the neck",
            "as if the house were on fire",
            "the whole stadium could hear that",
            "nothing gentle about it, full throttle",
        ),
        "murmured": (
            "like settling a baby down",
            "hardly a muscle moves",
            "as if the walls had ears",
            "the next chair could barely hear that",
            "nothing forceful about it, almost to oneself",
        ),
    },
    "rate": {
        "fast": (
            "talking a mile a minute",
            "rattles it off like an auctioneer",
            "gabbling so I can barely keep up",
            "words tumbling out at breakneck speed",
            "they race through the sentence without a pause",
        ),
        "slow": (
            "taking ages to get each word out",
            "talks like a sleepy grandfather, plenty of time between words",
            "dictating so that everybody can write it down",
            "plodding along, word after word",
            "they crawl through the sentence",
        ),
    },
    "intonation": {
        "monotone": (
            "flat as a pancake, no ups and downs",
            "talks like a robot",
            "mumbling along like reading a shopping list",
            "so dull and even it could put you to sleep",
            "no melody whatsoever in how they talk",
        ),
        "lively": (
            "talks like somebody telling a bedtime story",
            "the tune of the sentence leaps about",
            "enthusiastic, like a children's television presenter",
            "the opposite of a robot, full of ups and downs",
            "sounds thrilled, with plenty of melody",
        ),
    },
    "breathy_or_hoarse": {
        "breathy": (
            "like a film star blowing out a candle",
            "more wind than string",
            "as soft as a scarf, no sandpaper anywhere",
            "air escapes as from a punctured tyre",
            "dreamy and sighing",
        ),
        "hoarse": (
            "like a football fan on Sunday morning",
            "more gravel than string",
            "as rough as sandpaper, no sighing anywhere",
            "it scrapes like a shovel over concrete",
            "worn down by whisky and cigars",
        ),
    },
    "creaky_or_hoarse": {
        "creaky": (
            "like a door that wants oil",
            "you could count the clicks in the throat",
            "a frog at the end of every sentence",
            "like a stick drawn along a fence",
            "frying bacon at the bottom of the throat",
        ),
        "hoarse": (
            "like a saw going through wet wood",
            "as if there were sand in the throat",
            "a cheering fan at the end of the match",
            "like a brush on a rusty pan",
            "someone should give them a cough drop",
        ),
    },
    "whispered_or_breathy": {
        "whispered": (
            "like passing a secret along the bench",
            "the strings are not sounding at all, only breath",
            "hush, somebody is asleep next door",
            "nothing that could be sung, just air shaped into words",
            "as quiet as two spies in a park",
            "no tone, all breath, every word whispered",
        ),
        "breathy": (
            "like a perfume advert, voice wrapped in air",
            "the strings do sound, with wind around them",
            "sighing, though not keeping a secret",
            "it could still be sung, airy as it is",
            "half voice and half breeze",
        ),
    },
    "tension": {
        "strained": (
            "like lifting a piano while talking",
            "as if a hand were around the neck",
            "squeezed out like the last of the toothpaste",
            "it hurts to listen, so hard do they push",
            "wound up like a spring",
        ),
        "breathy": (
            "like letting the air out of a balloon",
            "as if too lazy to close the throat",
            "poured out with a long sigh",
            "no push at all, it all drifts off",
            "loose as a curtain in the wind",
            "this person hardly presses at all and air slips out",
        ),
    },
    "material": {
        "vowel": (
            "as when the doctor wants to look at the throat",
            "like one key of an organ held down",
            "a singer's warm-up on one note",
            "nobody says anything here, it just goes aaah",
            "no words, only one sound until the breath is gone",
            "one drawn-out sound and no words",
        ),
        "speech": (
            "as when somebody answers the door",
            "like a page read from a book",
            "nothing held, one word follows another",
            "somebody has something to say here",
            "a story rather than a singer's warm-up",
        ),
    },
    "course": {
        "growing": (
            "like a train coming towards me",
            "at first I could hardly hear it, in the end I jumped",
            "somebody working up a temper",
            "as if walking up to the microphone",
            "by the last word they nearly shout",
        ),
        "fading": (
            "like a train going off into the distance",
            "at first I jumped, in the end I could hardly hear it",
            "somebody losing heart",
            "as if walking away from the microphone",
            "by the last word hardly anything is left",
        ),
    },
}
"""Wordings by task and class."""
