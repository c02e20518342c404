"""Wordings of who is speaking, how many, and in what language."""

from __future__ import annotations

from slap_export.captions.items import Voicing, Who, voicing, who

WHO: tuple[Who, ...] = (
    who(
        "sex=female age=adult",
        """
        people: a woman | a lady | an adult woman | a grown woman | a woman speaker
        voices: woman's voice | lady's voice | adult female voice | grown woman's voice
        subjects: this woman | the woman | the lady
        clauses: the speaker is a woman | it is a woman | a woman is talking | it's a lady
        heard: a woman talking | a lady speaking | a woman
        likenesses: like a grown woman
        denials: it is a woman and not a man | not a man but a woman is talking
            it is no child but a grown woman
        """,
        1.2,
    ),
    who(
        "sex=male age=adult",
        """
        people: a man | a gentleman | an adult man | a grown man | a guy | a fellow
        voices: man's voice | guy's voice | adult male voice | grown man's voice
        subjects: this man | the man | the guy
        clauses: the speaker is a man | it is a man | a man is talking | it's a guy
        heard: a man talking | a guy speaking | a man
        likenesses: like a grown man
        denials: it is a man and not a woman | not a woman but a man is talking
            it is no child but a grown man
        """,
        1.2,
    ),
    who(
        "sex=female",
        """
        people: a female speaker | a female talker | a female person | a female voice-user
            one female speaker
        voices: female voice | feminine voice | female speaking voice | female-sounding voice
            womanly voice
        subjects: this female speaker
        clauses: the speaker is female | the voice is female | the voice is feminine
            it sounds female | it sounds feminine | the talker is female
        heard: a female voice | a feminine voice
        denied: male | masculine
        denials: the speaker is not male | it does not sound masculine
        likenesses: like a female speaker
        """,
        0.7,
    ),
    who(
        "sex=male",
        """
        people: a male speaker | a male talker | a male person | one male speaker
        voices: male voice | masculine voice | male speaking voice | male-sounding voice
            manly voice
        subjects: this male speaker
        clauses: the speaker is male | the voice is male | the voice is masculine | it sounds male
            it sounds masculine | the talker is male
        heard: a male voice | a masculine voice
        denied: female | feminine
        denials: the speaker is not female | it does not sound feminine
        likenesses: like a male speaker
        """,
        0.7,
    ),
    who(
        "age=child",
        """
        people: a child | a kid | a young child | a little kid | a very young speaker | a young kid
            somebody still at primary school | a small girl or boy
        voices: child's voice | childlike voice | kid's voice | small child's voice | childish voice
            little kid's voice | schoolchild's voice
        subjects: this kid | the child | the little one
        clauses: the speaker is a child | it must be a kid | a child is talking
            the voice is childlike | the voice belongs to a child | it sounds like a small child
            the voice has not grown up yet | the talker is a little kid
        heard: a child talking | a little kid | a kid's voice
        likenesses: like a schoolchild | like a small boy or girl | like a preschooler
            like a little one at the playground
        denied: grown-up
        denials: it is not an adult | not a grown-up but a child is talking
            the speaker is nowhere near grown up
        """,
        2.2,
    ),
    who(
        "age=adult",
        """
        people: an adult | an adult speaker | a grown-up | a grown person | a mature speaker
            someone grown up
        voices: adult voice | grown-up voice | mature voice | fully grown voice
        subjects: the grown-up | the adult
        clauses: the speaker is an adult | it is a grown-up | the voice is grown-up
            the voice belongs to an adult | the talker is an adult | it sounds grown up
            the voice has long since grown up
        heard: an adult voice | a grown-up talking
        denied: childlike | childish
        denials: it is not a child | the speaker is no child | not a kid but an adult is talking
        likenesses: like an adult speaker
        """,
        0.7,
    ),
    who(
        "sex=female age=adult register=deep",
        """
        people: a deep-voiced woman | a woman with a deep voice | a low-voiced woman
            a husky-deep woman | a woman who talks low for a woman
        voices: deep woman's voice | alto woman's voice | contralto voice | dusky woman's voice
        subjects: the deep-voiced woman | the low-voiced lady
        clauses: the woman has a deep voice | for a woman the voice is deep
            it is a low voice for a woman | she has a deep voice | her voice lies low for a woman
        heard: a deep-voiced woman | a woman speaking in a dark alto
        likenesses: like an alto | like a woman with a very low voice
        denials: her voice is not light but deep | she does not have a light voice but a deep one
        """,
        0.9,
        "pitch register",
    ),
    who(
        "sex=female age=adult register=light",
        """
        people: a light-voiced woman | a woman with a light voice | a high-voiced woman
            a woman who talks high even for a woman
        voices: light woman's voice | soprano woman's voice | light soprano voice | girlish voice
        subjects: the light-voiced woman | the high-voiced lady
        clauses: the woman has a light voice | even for a woman the voice is high
            it is a high voice for a woman | she has a light voice | her voice lies high
        heard: a light-voiced woman | a woman speaking in a bright soprano
        likenesses: like an opera soprano | like a woman with a small bright voice
        denials: her voice is not deep but light | she does not have a deep voice but a light one
        """,
        0.9,
        "pitch register",
    ),
    who(
        "sex=male age=adult register=deep",
        """
        people: a deep-voiced man | a man with a deep voice | a low-voiced man | a bass-voiced man
            a man with a booming low voice
        voices: deep man's voice | bass man's voice | baritone voice | dusky man's voice
        subjects: the deep-voiced man | the low-voiced fellow
        clauses: the man has a deep voice | even for a man the voice is deep
            it is a low voice for a man | he has a deep voice | his voice lies low
        heard: a deep-voiced man | a man speaking in a dark bass
        likenesses: like a bass singer | like a man with a very low voice
        denials: his voice is not light but deep | he does not have a light voice but a deep one
        """,
        0.9,
        "pitch register",
    ),
    who(
        "sex=male age=adult register=light",
        """
        people: a light-voiced man | a man with a light voice | a high-voiced man
            a man who talks high for a man
        voices: light man's voice | tenor man's voice | tenor voice | light tenor voice
        subjects: the light-voiced man | the high-voiced fellow
        clauses: the man has a light voice | for a man the voice is high
            it is a high voice for a man | he has a light voice | his voice lies high for a man
        heard: a light-voiced man | a man speaking in a bright tenor
        likenesses: like a tenor | like a man with a high voice
        denials: his voice is not deep but light | he does not have a deep voice but a light one
        """,
        0.9,
        "pitch register",
    ),
)

COMPANY: tuple[Voicing, ...] = (
    voicing(
        "register=deep",
        """
        adjectives: lower-than-usual | deep-for-the-sex
        manners: lower than most of the same sex | with a deeper voice than is usual
        clauses: the pitch is lower than is usual for the sex | it is deeper than most such voices
        withs: that is deep for the sex | on the deep side
        heard: a voice deeper than usual for the sex
        denied: on the light side
        """,
        0.35,
        also="pitch",
    ),
    voicing(
        "register=light",
        """
        adjectives: higher-than-usual | light-for-the-sex
        manners: higher than most of the same sex | with a lighter voice than is usual
        clauses: the pitch is higher than is usual for the sex | it is lighter than most such voices
        withs: that is light for the sex | on the light side
        heard: a voice lighter than usual for the sex
        denied: on the deep side
        """,
        0.35,
        also="pitch",
    ),
    voicing(
        "speakers=two",
        """
        adjectives: overlapping | double-voiced | two-speaker | overlaid | simultaneous
        manners: at the same time as somebody else | over another speaker | in crosstalk
            while a second person talks too | together with a second speaker
        clauses: two people talk at once | two speakers overlap
            a second voice talks over the first | they talk across each other
            two voices are heard together | there are two speakers
            somebody else talks at the same time | there are two people
        withs: with a second speaker over it | mixed with another voice | amid crosstalk
        likenesses: like two people interrupting each other | like two radios at once
            as if a second person kept interrupting
        heard: two people at once | a second speaker on top | two voices talking over each other
            someone else talking underneath
        denials: it is not one person but two | there is not just one speaker
            the speaker is not alone
        """,
        1.8,
        noun="speech",
    ),
    voicing(
        "speakers=one",
        """
        adjectives: one-speaker | solo | single-speaker
        manners: alone | with nobody else talking | without being interrupted by anyone
        clauses: only one person talks | there is one speaker | a single person is talking
            it is a single speaker | nobody joins in
        withs: that is alone | of a single speaker
        heard: one lone speaker | a single speaker
        absent: second speaker | second talker | crosstalk
        denied: overlapping | overlaid
        denials: nobody else talks | no other person talks at the same time
        likenesses: like a monologue
        """,
        0.28,
        noun="speech",
    ),
    voicing(
        "english=english",
        """
        adjectives: English | English-language | anglophone
        manners: in English | in the English language | English | using English words
        clauses: the language is English | English is spoken | the words are English
            it is in English | what is said is English | somebody speaks English
        withs: speaking English | in English | using the English language
        heard: English | English words | somebody speaking English | the English language
        likenesses: like an English speaker
        denials: no foreign language is spoken | it is not a foreign language but English
        """,
        0.6,
        noun="speech",
    ),
    voicing(
        "english=other",
        """
        adjectives: foreign-language | non-English | foreign | un-English
        manners: in a foreign language | in a language other than English | not in English
            in some other language than English
        clauses: the language is foreign | a foreign language is spoken | the words are foreign
            it is in another language than English | an English speaker would not understand it
            the language is some other than English | somebody speaks a foreign language
        withs: speaking a foreign language | in another language than English
        heard: a foreign language | words in another language | somebody speaking a foreign tongue
            foreign words
        likenesses: like a speaker of another language
        absent: English | English words
        denied: English
        denials: this is not English | it is some other language and not English
        """,
        0.6,
        noun="speech",
    ),
)
