"""Wordings of the sound of the voice: phonation, breath, roughness, creak, pitch, nose, effort."""

from __future__ import annotations

from slap_export.captions.items import Voicing, voicing

_QUALITIES = "breathiness roughness creak strain breaks doubling"

VOICE: tuple[Voicing, ...] = (
    voicing(
        "phonation=whispered",
        """
        adjectives: whispered | whispery | whispering | voiceless | hushed and unvoiced | toneless
            unvoiced | breath-only
        manners: in a whisper | under the breath in a whisper | in hushed whispers | without voice
            in whispers | with nothing but breath
        clauses: it is whispered | the words are whispered | someone whispers | it is all whisper
            the vocal folds stay silent | this is whispering
        withs: that is only a whisper | reduced to a whisper | whispering
        likenesses: like somebody telling a secret | like somebody who must not wake the baby
            as if in a library
        heard: whispering | a whisper | whispered words | somebody whispering
            breath shaped into words | hushed words
        absent: voicing | vocal tone | ringing tone
        denied: voiced
        verbs: is whispering
        denials: not a voice but a whisper | no voice sounds in it | it is not spoken aloud
        """,
        2.2,
        also="effort",
    ),
    voicing(
        "phonation=voiced",
        """
        adjectives: voiced | full and normal | fully voiced | full-voiced
        manners: aloud | out loud | with full voice | in a normal voice, not a whisper
            with the vocal folds at work
        clauses: it is not whispered | the words are voiced | the vocal folds are sounding
            it is said aloud | there is a tone under the words | it is spoken, not whispered
        withs: that is voiced | not whispered | with vocal tone
        heard: a voice with tone | words said out loud | a speaking voice
        absent: whispering
        denied: whispered | whispery | voiceless
        denials: not a whisper but a full voice | nobody whispers | there is no whispering in it
            it is no whisper
        likenesses: like somebody speaking up
        """,
        0.32,
    ),
    voicing(
        "breathiness=breathy",
        """
        adjectives: breathy | airy | breathy and soft | air-leaking | blowy | air-filled
            sighing | wind-like
        manners: in a breathy voice | breathily | with audible air | with a lot of breath
            with a sigh in the voice | letting air escape
        clauses: air escapes with the voice | breath is heard in the voice | the voice sounds airy
            the voice leaks air | half of it is breath
        withs: with air leaking through it | with a lot of breath in it | with audible breath
            full of air
        likenesses: like somebody sighing | like a voice full of holes | as if air leaked out
        heard: air leaking | a lot of air in the voice | a breathy sound | escaping air
        opposites: firm
        denials: the voice does not close tightly | the tone is not free of air
        """,
        1.7,
    ),
    voicing(
        "breathiness=clear",
        """
        adjectives: breath-free | airtight | firmly closed | firmly toned | air-free
        manners: without breathiness | without letting air escape | with a firm tone
            with a tone that closes well
        clauses: the voice leaks no air | the voice closes firmly | all of the air becomes tone
            the tone closes well
        withs: without breathiness | that leaks no air | without any leak
        heard: a voice without air in it | a firm tone
        absent: breathiness | leaking air | airiness
        denied: breathy | airy
        denials: there is no breath in the tone | not a trace of breathiness
        likenesses: like a well-closed valve
        """,
        0.3,
    ),
    voicing(
        "roughness=hoarse",
        """
        adjectives: hoarse | rough | raspy | harsh | gravelly | rough and raspy | scraping | rusty
            rasping | coarse
        manners: in a hoarse voice | hoarsely | with a rasp | in a rough voice | raspily
            with gravel in the throat
        clauses: the voice rasps | hoarseness is heard | the voice sounds rough and uneven
            the voice grates | the voice is full of gravel
        withs: with a rasp in it | with a rough edge | that is hoarse | that grates
        likenesses: like somebody with a sore throat | like sandpaper | like a rusty hinge
            as if after a night of shouting | like somebody with a bad cold in the throat
        heard: a rasp | hoarseness | a rough edge in the voice | gravel in the voice
        denied: smooth
        denials: there is nothing smooth about it | the voice has no smoothness
        """,
        1.7,
    ),
    voicing(
        "roughness=clear",
        """
        adjectives: smooth | silky | rasp-free | satiny
        manners: smoothly | without a rasp | without hoarseness | with a silky tone
        clauses: the voice is free of rasp | the tone is smooth | the voice glides along
            there is no grit in the throat
        withs: without a rasp | with a smooth tone | free of hoarseness
        likenesses: like silk | like velvet
        heard: a smooth tone | a silky voice
        absent: hoarseness | roughness | rasp in it
        denied: hoarse | rough | raspy | gravelly
        denials: there is no rasp in it | not a trace of hoarseness | nothing rasps
        """,
        0.32,
    ),
    voicing(
        "creak=creaky",
        """
        adjectives: creaky | croaky | creaking | fry-like | croaking and creaky | crackly-pulsed
            rattling
        manners: in a creaky voice | with vocal fry | with a creak | in vocal fry | croakily
        clauses: the voice creaks | vocal fry is heard | single creaky pulses are heard
            the voice croaks | one can almost count the pulses
        withs: with vocal fry | with a creak in it | that creaks | that croaks
        likenesses: like a creaking door | like a frog | like a slow rattle | like an old floorboard
        heard: vocal fry | a creak | croaking | a creaking voice | slow single pulses
        opposites: fluid
        denials: the voice does not run free of creak
        """,
        1.8,
    ),
    voicing(
        "creak=clear",
        """
        adjectives: creak-free | fry-free | croak-free
        manners: without a creak | without vocal fry | without croaking
        clauses: the voice does not creak | the voice does not croak
            the voice flows without pulses | no pulses can be counted
        withs: without vocal fry | that does not creak | free of creaking
        heard: a voice without fry
        absent: creak | vocal fry | croaking
        denied: creaky | croaky
        denials: not a trace of vocal fry | nothing creaks
        """,
        0.3,
    ),
    voicing(
        "quality=clear",
        """
        adjectives: clear | clean | clear and smooth | healthy-sounding | clear and firm | pure
            intact | in fine order
        manners: in a clear voice | clearly and smoothly | in a clean voice | with a clear tone
            with a healthy-sounding voice
        clauses: the voice has a clear tone | nothing is rough or breathy | the voice sounds clean
            all is well with the voice | the tone is pure | it is a clear voice
            the voice is in good order
        withs: without roughness or breath | with a clean tone | with nothing wrong in it
        likenesses: like a bell | like a rested voice | like a newsreader in good voice
        heard: a clear tone | a clean voice | a healthy-sounding voice | a pure tone
        absent: fault in the voice | flaw in the tone | wear in the voice
        denied: impaired | altered | damaged-sounding
        denials: nothing is wrong with the voice | nothing disturbs the tone | the voice has no flaw
            neither hoarse nor breathy nor creaky nor strained nor broken
        """,
        2.6,
        also=_QUALITIES,
    ),
    voicing(
        "quality=altered",
        """
        adjectives: altered | damaged-sounding | impaired | disturbed | out-of-order | worn | faulty
            not-quite-right
        manners: with an altered voice | in a voice that is not clear | in a voice out of order
            with something wrong in the voice
        clauses: something is wrong with the voice | the voice is not in order
            the tone is disturbed | the voice sounds damaged | the voice has something the matter
            the voice has suffered | it is not a clear voice
        withs: with something wrong in it | that is not clear | that has lost its clear tone
        likenesses: like a voice that has suffered | like a worn-out voice
            as if something were wrong with the voice
        heard: something wrong in the voice | a flaw in the tone | a damaged-sounding voice
            a worn voice
        absent: clear tone | clean tone
        denied: clear | clean | healthy-sounding | pure
        denials: all is not well with the voice | the voice does not sound right
        """,
        1.5,
        also=_QUALITIES,
    ),
    voicing(
        "roughness=hoarse breathiness=breathy",
        """
        adjectives: husky | rough and breathy | hoarse and breathy | husky and airy | raspy and airy
        manners: huskily | in a husky voice | hoarsely and with a lot of air
        clauses: the voice is both rough and breathy | the voice rasps and leaks air
        withs: with rasp and breath in it | with a husky ring | both hoarse and airy
        likenesses: like somebody who has almost lost the voice | like a voice that is nearly gone
        heard: rasp and air together | a husky voice
        denials: the voice is neither smooth nor free of air
        """,
        1.2,
        also="breathiness",
    ),
    voicing(
        "pitch=high",
        """
        adjectives: high | high-pitched | high-toned | shrill and high | squeaky-high | piping
        manners: at a high pitch | in a high voice | in a high register | high up
        clauses: the pitch is high | the pitch lies high | it sounds high | the voice sits high
            it is a high voice | the tone is high
        withs: high in pitch | with a high pitch | in a high register
        likenesses: like a flute | like a mouse in a cartoon | like a piccolo
        heard: a high pitch | high notes | a high tone
        opposites: low | deep
        """,
        1.1,
        also="register",
    ),
    voicing(
        "pitch=low",
        """
        adjectives: low | deep | low-pitched | low-toned | deep bass | bass | rumbly-low
        manners: at a low pitch | in a deep voice | in a low register | low down
        clauses: the pitch is low | the pitch lies low | it sounds deep | the voice sits low
            it is a low voice | the tone is low
        withs: low in pitch | with a low pitch | in a low register
        likenesses: like a cello | like a cartoon bear | like a double bass
        heard: a low pitch | low notes | a low tone
        opposites: high
        """,
        1.1,
        also="register",
    ),
    voicing(
        "pitch=medium",
        """
        adjectives: mid-pitched | medium-pitched | average-pitched
        manners: at a medium pitch | in a middle register
        clauses: the pitch is neither high nor low | the pitch is average
        withs: of average pitch | in the middle register
        heard: a medium pitch
        denials: neither high nor deep
        """,
        0.3,
        also="register",
    ),
    voicing(
        "nasality=nasal",
        """
        adjectives: nasal | nasally | twangy | stuffy-nosed | snuffling | honking | whiny-nosed
            pinched-nosed
        manners: through the nose | nasally | in a nasal voice | with a twang | with a stuffy nose
        clauses: the voice comes through the nose | the sound resonates in the nose
            the voice has a twang | the nose joins in | the nose sounds blocked
        withs: with a nasal twang | that comes out of the nose | with nasal resonance
        likenesses: like somebody with a stuffed-up nose | like somebody holding the nose
            as if with a peg on the nose | like a duck
        heard: a nasal twang | a nasal sound | the nose in the voice | a blocked nose
        denied: oral
        denials: not all of the air leaves by the mouth | the tone is not free of the nose
        """,
        1.8,
    ),
    voicing(
        "nasality=oral",
        """
        adjectives: oral | open-throated | twang-free | free-nosed
        manners: without a nasal twang | through the mouth alone | without the nose
            out of an open mouth
        clauses: the voice comes from the mouth | the nose stays out of it
            the sound leaves by the mouth | the nose is clear
        withs: without a nasal twang | free of the nose | with oral resonance
        heard: a voice free of the nose | a sound from the mouth alone
        absent: nasality | nasal twang | nasal tone
        denied: nasal | twangy
        denials: not a trace of the nose | nothing comes through the nose
        likenesses: like somebody with a free nose
        """,
        0.3,
    ),
    voicing(
        "effort=murmured",
        """
        adjectives: murmured | murmuring | muttered | soft-spoken | subdued | half-voiced | muted
            low-key | whisper-soft
        manners: in a murmur | softly under the breath | in an undertone | with little effort
            in a soft, small voice | quietly to oneself
        clauses: the words are murmured | it is only a murmur | hardly any force is used
            the speaker keeps the voice down | the voice is hardly used
            the words are said under the breath
        withs: sunk to a murmur | kept down | with hardly any force
        likenesses: like somebody talking to themselves | like a murmured prayer
            as if a baby slept next door
        heard: murmuring | a murmur | a soft undertone | muttering
        opposites: shouted | loud-voiced
        verbs: murmurs | is murmuring | mutters
        denials: nobody raises the voice above a murmur | it is a murmur and by no means a shout
        """,
        1.7,
    ),
    voicing(
        "effort=ordinary",
        """
        adjectives: conversational | normally loud | ordinary speaking | everyday-loud
        manners: in an ordinary speaking voice | with ordinary effort | at conversational loudness
            as loudly as people usually do | in a conversational tone
        clauses: the vocal effort is ordinary | it is neither murmured nor shouted
            the voice is used as in conversation | this is ordinary talking
        withs: used with ordinary effort | neither raised nor lowered | of everyday effort
        likenesses: like somebody at the dinner table | as in a conversation
        heard: an ordinary speaking voice | talking as usual
        denials: neither a murmur nor a shout | nobody shouts or murmurs
        """,
        0.28,
    ),
    voicing(
        "effort=shouted",
        """
        adjectives: shouted | shouting | yelled | bawling | loud-voiced | raised | hollering
            screamed | roaring
        manners: in a shout | at the top of the voice | shouting | with a raised voice
            with all the force of the lungs | yelling
        clauses: the words are shouted | somebody is shouting | the speaker yells | it is a yell
            the voice is raised to a shout | someone roars | it is all shouting
        withs: raised to a shout | shouting | used with great force
        likenesses: like somebody calling across a street | like a sergeant on parade
            as if across a football pitch | like somebody in a rage
        heard: shouting | yelling | a shout | somebody hollering
        opposites: murmured | soft-spoken | muted
        verbs: shouts | is shouting | yells | hollers
        denials: nobody keeps the voice down | it is no murmur but a shout
        """,
        1.7,
    ),
)
