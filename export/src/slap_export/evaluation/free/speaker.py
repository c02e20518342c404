"""Likenesses, stories and denials about who is speaking."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "sex": {
        "female": (
            "you can hear that she is a grown woman",
            "her voice, somebody's aunt perhaps",
            "one of the ladies in the office answering a question",
            "my sister reading something to me",
            "sounds like a mum, not a dad",
        ),
        "male": (
            "you can hear that he is a grown man",
            "his voice, somebody's uncle perhaps",
            "one of the blokes in the office answering a question",
            "my brother reading something to me",
            "sounds like a dad, not a mum",
        ),
    },
    "age": {
        "child": (
            "a little boy or girl of primary school age",
            "some youngster chatting at the playground",
            "my seven-year-old telling a story",
            "a schoolchild reading homework to the class",
            "this must be a toddler or not much older",
        ),
        "adult": (
            "somebody well past their school days",
            "a middle-aged person telling a story",
            "this one is certainly no longer a kid",
            "a colleague of working age",
            "one of the parents rather than the children",
        ),
    },
    "whispered_sex": {
        "female": (
            "she tells me a secret and nobody else may hear",
            "my aunt in church, hushed, asking for a sweet",
            "a mother beside the cot, all breath and no tone",
            "sounds like a lady in the library, not a gentleman",
            "her lips almost touch the microphone, no voice behind it",
        ),
        "male": (
            "he tells me a secret and nobody else may hear",
            "my uncle in church, hushed, asking for a sweet",
            "a father beside the cot, all breath and no tone",
            "sounds like a gentleman in the library, not a lady",
            "his lips almost touch the microphone, no voice behind it",
        ),
    },
    "woman_or_child": {
        "woman": (
            "somebody's mum, certainly not her daughter",
            "she must have left school long ago",
            "the lady at the counter rather than the kid beside her",
            "like a nurse calling the next name",
            "no little one, this is a wife or an aunt",
        ),
        "child": (
            "somebody's daughter or son, certainly not the mum",
            "still at school by the sound of it",
            "the kid at the counter rather than the lady",
            "like a pupil reciting a rhyme",
            "no grown lady, this is a little one",
        ),
    },
    "man_or_child": {
        "man": (
            "somebody's dad, certainly not his son",
            "he must have left school long ago",
            "the gentleman at the counter rather than the kid beside him",
            "like a bus driver calling the next stop",
            "no little one, this is a husband or an uncle",
        ),
        "child": (
            "somebody's son or daughter, certainly not the dad",
            "still plays with toys by the sound of it",
            "the kid at the counter rather than the gentleman",
            "like a pupil singing out the alphabet",
            "no grown gentleman, this is a little one",
        ),
    },
    "speakers": {
        "two": (
            "like a married couple quarrelling",
            "neither of them lets the other finish",
            "as if two radio stations had got mixed up",
            "I cannot follow, one talks and so does the other",
            "nobody waits their turn here",
        ),
        "one": (
            "like a lecturer in front of a silent class",
            "nobody butts in from start to end",
            "as if alone at a desk with a microphone",
            "easy to follow, since no one else says a thing",
            "a monologue rather than a quarrel",
            "nobody else talks into it",
        ),
    },
    "english": {
        "english": (
            "could be the news from London",
            "I get every word, no dictionary needed",
            "like an American film without subtitles",
            "what they speak in Sydney or Toronto",
            "nothing foreign about these words",
        ),
        "other": (
            "could be the news from Warsaw or Lisbon",
            "I do not get a single word without a dictionary",
            "like a film that needs subtitles",
            "what people speak somewhere on my holidays",
            "not a word that Shakespeare would have known",
        ),
    },
    "pitch": {
        "high": (
            "squeaky, like a cartoon mouse",
            "up where a soprano would sing",
            "a piping little voice",
            "sounds like they breathed in helium",
            "treble rather than baritone",
        ),
        "low": (
            "a booming voice from the cellar",
            "down where a baritone would sing",
            "like the narrator of a film trailer",
            "rumbles like a bear",
            "baritone rather than treble",
        ),
    },
    "man_register": {
        "light": (
            "he could sing tenor in the choir",
            "this bloke must have been a choirboy not so long ago",
            "not much thunder in that fellow's voice",
            "he could pass for a much younger lad on the phone",
            "his voice never went down to the cellar when it broke",
            "a lad whose voice is not very deep",
        ),
        "deep": (
            "he could sing bass in the choir",
            "this bloke sounds like the narrator of a trailer",
            "thunder in that fellow's voice",
            "the windows rattle when he says good morning",
            "his voice went right down to the cellar when it broke",
        ),
    },
    "woman_register": {
        "light": (
            "she could sing soprano in the choir",
            "she sounds like a fairy in a cartoon",
            "not much smoke in that lady's voice",
            "she could pass for a schoolgirl on the phone",
            "like a flute rather than a cello, this lady",
        ),
        "deep": (
            "she could sing with the tenors in the choir",
            "she sounds like a jazz singer at two in the morning",
            "plenty of smoke in that lady's voice",
            "on the phone she is taken for her husband",
            "like a cello rather than a flute, this lady",
        ),
    },
}
"""Wordings by task and class."""
