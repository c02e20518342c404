"""Plain statements about who is speaking."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "sex": {
        "female": (
            "she is talking",
            "the person on this tape is a woman",
            "I hear a woman's voice here",
            "women's speech",
            "a female narrator",
        ),
        "male": (
            "he is talking",
            "the person on this tape is a man",
            "I hear a man's voice here",
            "men's speech",
            "a male narrator",
        ),
    },
    "age": {
        "child": (
            "a little boy or girl",
            "this is children's speech",
            "the person on this tape is a child",
            "I hear a kid talk",
            "a youngster's voice",
        ),
        "adult": (
            "a fully grown man or woman",
            "this is adult speech",
            "the person on this tape is an adult",
            "I hear a grown-up talk",
            "somebody of mature years",
        ),
    },
    "whispered_sex": {
        "female": (
            "she is whispering",
            "I hear a woman whisper",
            "a lady talking under her breath, without any tone",
            "her hushed words, all breath",
            "a girlfriend's whisper",
        ),
        "male": (
            "he is whispering",
            "I hear a man whisper",
            "a bloke talking under his breath, without any tone",
            "his hushed words, all breath",
            "a boyfriend's whisper",
        ),
    },
    "woman_or_child": {
        "woman": (
            "she is a grown-up",
            "an adult lady talking",
            "a mother's voice",
            "I hear a woman of some age",
            "a female teacher speaks",
        ),
        "child": (
            "a little girl or boy talking",
            "it is a kid, I think",
            "a small pupil speaks",
            "I hear somebody very young",
            "a toddler's voice",
        ),
    },
    "man_or_child": {
        "man": (
            "he is a grown-up",
            "an adult bloke talking",
            "a father's voice",
            "I hear a man of some age",
            "a male teacher speaks",
        ),
        "child": (
            "some little kid talking",
            "it is a child, I believe",
            "a small schoolboy or schoolgirl speaks",
            "I hear a youngster",
            "a nursery-age voice",
        ),
    },
    "speakers": {
        "two": (
            "they are talking over each other",
            "I hear two people together",
            "both of them talk at the same moment",
            "a pair of people interrupting each other",
            "somebody else talks into what the first one says",
        ),
        "one": (
            "only one of them is talking",
            "I hear just one person",
            "a single talker with nobody interrupting",
            "someone talking by themselves",
            "a solo talker",
        ),
    },
    "english": {
        "english": (
            "I understand the words, they are English",
            "they say it in English",
            "an English sentence",
            "somebody talks the way people do in London or New York",
            "plain English words",
        ),
        "other": (
            "I do not understand the words, they are foreign",
            "they say it in French, Polish or some such tongue",
            "a sentence from another country's language",
            "somebody talks in a tongue that I never learned",
            "words of a strange language",
        ),
    },
    "pitch": {
        "high": (
            "a squeaky voice",
            "they have a really high voice",
            "I hear a shrill tone",
            "somebody with a voice like a soprano",
            "his or her voice is pitched high",
        ),
        "low": (
            "a booming voice",
            "they have a really deep voice",
            "I hear a bass tone",
            "somebody with a voice like a baritone",
            "his or her voice is pitched low",
        ),
    },
    "man_register": {
        "light": (
            "he has a rather high voice",
            "a guy with a thin, boyish voice",
            "a male tenor talking",
            "his voice lies above that of most men",
            "a lad whose voice is fairly high",
        ),
        "deep": (
            "he has a really deep voice",
            "a guy with a big, rumbling voice",
            "a male bass talking",
            "his voice lies below that of most men",
            "a fellow whose voice is very low",
        ),
    },
    "woman_register": {
        "light": (
            "she has a rather high voice",
            "a girl with a thin, girlish voice",
            "a female soprano talking",
            "her voice lies above that of most women",
            "a lady whose voice is high and bright",
        ),
        "deep": (
            "she has a really deep voice",
            "a woman with a dark, smoky voice",
            "a female alto talking",
            "her voice lies below that of most women",
            "a lady whose voice is low and dark",
        ),
    },
}
"""Wordings by task and class."""
